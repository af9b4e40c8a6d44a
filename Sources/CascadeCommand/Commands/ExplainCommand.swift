internal import ArgumentParser
internal import Cascade

/// Who would be asked, and why.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show who would be asked, in which order and why, without asking.",
        discussion: """
            Nothing is sent to a provider; only where there is no configuration file, a local Ollama is asked for its \
            models.

            Exit status: 0 when a provider would be asked now, else 1: none can take the request, or all that can are \
            held back, for instance for want of a key.

            Examples:
              cascade explain
              cascade explain --image photo.png "What is this?"
              cascade explain --model gpt-4o-mini --json
            """)

    @Argument(help: "A question.")
    var prompt = "Hello"

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var request: RequestOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let question = try request.request(prompt)
        try request.checkFiles()
        let router = try await source.makeRouter()
        let plan = router.explain(question)
        await router.shutdown()
        try Console.write(json ? Self.json(plan) : Self.text(plan))
        guard Self.wouldAsk(plan) else { throw CommandFailure.unanswered(nil) }
    }

    private static func wouldAsk(_ plan: RequestPlan) -> Bool {
        plan.steps.contains { $0.heldBack == nil }
    }

    private static func json(_ plan: RequestPlan) -> String {
        let steps: [JSONValue] = plan.steps.map { step in
            .members([
                "provider": .string(step.provider),
                "type": .string(step.type.rawValue),
                "model": .text(step.model),
                "model_reason": .string(step.modelReason),
                "is_fallback_model": .bool(step.isFallbackModel),
                "held_back": .text(step.heldBack),
                "verifies_certificate": .bool(step.verifiesCertificate),
            ])
        }
        let skipped: [JSONValue] = plan.skipped.map { skip in
            .members(["provider": .string(skip.provider), "reason": .string(skip.reason)])
        }
        let object = JSONValue.members([
            "needs": .array(plan.needs.map { .string($0) }), "steps": .array(steps), "skipped": .array(skipped),
        ])
        return "\(object)\n"
    }

    private static func text(_ plan: RequestPlan) -> String {
        var text = "Needs: " + (plan.needs.isEmpty ? "nothing special" : plan.needs.joined(separator: ", ")) + "\n\n"
        if !plan.steps.isEmpty {
            var table = TextTable(["", "PROVIDER", "TYPE", "MODEL", "WHY THIS MODEL", "NOW"], style: .output)
            for (index, step) in plan.steps.enumerated() {
                let reason = step.modelReason + (step.isFallbackModel ? " (fallback)" : "")
                table.add([
                    "\(index + 1).", step.provider, step.type.rawValue, step.model ?? "-", reason,
                    step.heldBack ?? "would be asked",
                ])
            }
            text += table.text
        }
        if !wouldAsk(plan) {
            text += (plan.steps.isEmpty ? "" : "\n") + Style.output.yellow("No provider would be asked.") + "\n"
        }
        for step in plan.steps where !step.verifiesCertificate {
            text += Style.output.yellow("Certificates of \(step.provider) are not checked.") + "\n"
        }
        if !plan.skipped.isEmpty {
            text += "\nPassed by:\n"
            for skip in plan.skipped { text += "  \(skip.provider): \(skip.reason)\n" }
        }
        return text
    }
}
