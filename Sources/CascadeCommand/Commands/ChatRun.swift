internal import Cascade

/// One question and its answer on standard output.
struct ChatRun {
    let router: CascadeRouter
    let options: ChatCommand

    func run(_ request: ChatRequest) async throws {
        let memory = options.memory ? MemoryReport() : nil
        if options.json {
            try await printJSON(request, memory)
            return
        }
        do {
            _ = try await printText(request)
        } catch let error as CascadeError {
            throw CommandFailure(error, areAttemptsTold: options.isTelling)
        }
        await memory?.end()
        if let memory { Console.note("memory: \(memory.text)") }
    }

    /// Prints the answer's text as it comes, and gives the whole.
    func printText(_ request: ChatRequest) async throws -> String {
        if options.isWhole {
            let response = try await router.complete(request)
            tellDropped(response.droppedFields, by: response.provider)
            if response.isFallbackModel { tellSubstitution(AttemptText.substitution(response, for: request.model)) }
            try Console.writeAnswer(response.content.hasSuffix("\n") ? response.content : response.content + "\n")
            if options.verbose { Console.note(AttemptText.summary(response, for: request.model)) }
            return response.content
        }
        let stream = try await router.stream(request)
        tellDropped(stream.droppedFields, by: stream.provider)
        if stream.isFallbackModel { tellSubstitution(AttemptText.substitution(stream, for: request.model)) }
        var text = ""
        do {
            for try await piece in stream.text {
                text += piece
                try Console.writeAnswer(piece)
            }
        } catch let error as CascadeError {
            // The message that follows begins a line of its own.
            if !text.isEmpty, !text.hasSuffix("\n") { try Console.write("\n") }
            throw error
        }
        if !text.hasSuffix("\n") { try Console.write("\n") }
        if options.verbose { Console.note(AttemptText.summary(stream, for: request.model)) }
        return text
    }

    /// Always told: an answer to a picture that was not sent looks like any other.
    private func tellDropped(_ fields: [String], by provider: String) {
        if let text = AttemptText.dropped(fields, by: provider) { Console.remark(text) }
    }

    /// Another model answers than was meant. The summary says so, too, where there is one.
    private func tellSubstitution(_ text: String) {
        if options.isTelling, !options.verbose { Console.remark(text) }
    }

    private func printJSON(_ request: ChatRequest, _ memory: MemoryReport?) async throws {
        let outcome = await router.outcome(of: request, isStreamed: !options.isWhole)
        await memory?.end()
        switch outcome {
        case .success(let response):
            try Console.write("\(JSONValue.object(ResultJSON.answer(response, memory: memory?.json)))\n")
        case .failure(let error):
            try Console.write("\(JSONValue.object(ResultJSON.failure(error, memory: memory?.json)))\n")
            throw CommandFailure(status: error.exitStatus, message: nil)
        }
    }
}

extension CascadeRouter {
    /// The whole answer, or why there is none.
    func outcome(of request: ChatRequest, isStreamed: Bool) async -> Result<ChatResponse, CascadeError> {
        do throws(CascadeError) {
            return .success(isStreamed ? try await stream(request).collect() : try await complete(request))
        } catch {
            return .failure(error)
        }
    }
}
