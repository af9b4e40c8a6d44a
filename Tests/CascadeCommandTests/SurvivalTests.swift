import CascadeGateway
import CascadeTesting
import Foundation
import Glibc
import Testing

extension CommandTests {
    /// What is left of a gateway that was killed.
    @Suite struct Survival {
        private static let body = #"{"messages":[{"role":"user","content":"why?"}]}"#

        /// Tokens of a question, and dollars for each.
        private static let cost = 9 * 0.001
        /// A little less than 500 requests cost, so that no rounding decides.
        private static let budget = 4.496

        /// A provider whose tokens cost money, a key that may spend some, and what a gateway needs to start.
        private struct Stage {
            let workspace: Workspace
            let provider: LoopbackProvider
            let secret: String
            let store: GatewayStore

            init() async throws {
                workspace = try Workspace()
                var script = LoopbackProvider.Script()
                script.firstDelay = .milliseconds(5)
                provider = try LoopbackProvider(script: script)
                workspace.keep([provider])
                try workspace.write(
                    """
                    providers:
                      - name: only
                        type: openai
                        enabled: true
                        url: "\(provider.baseURL(for: .openai))"
                        api_key: "${PLANTED_KEY}"
                        models:
                          - {name: only-model, default: true, cost_per_million_input: 1000, cost_per_million_output: 0}

                    """, to: "cascade.yaml")
                let key = try await workspace.run(
                    ["keys", "add", "alice", "--daily-budget", "\(Survival.budget)", "--store", "gateway.db"])
                secret = key.output.trimmingCharacters(in: .whitespacesAndNewlines)
                store = try GatewayStore(path: workspace.folder.appending(path: "gateway.db").path, makesFile: false)
            }

            func serve() throws -> Process {
                try workspace.process(["serve", "--port", "0", "--store", "gateway.db"])
            }

            /// Where the gateway that was just started listens.
            func url() async throws -> String {
                try await workspace.waitForOutput()
                let output = try String(contentsOf: workspace.folder.appending(path: "stdout"), encoding: .utf8)
                return output.trimmingCharacters(in: .whitespacesAndNewlines) + "/v1/chat/completions"
            }

            /// Asks so many times, one after the other; its output is a status a line.
            func curl(_ url: String, times: Int) -> (process: Process, output: Pipe) {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [
                    "curl", "-s", "-w", "%{http_code}\n", "-o", "/dev/null", "-H", "Authorization: Bearer \(secret)",
                    "-d", Survival.body, url + "?[1-\(times)]",
                ]
                let output = Pipe()
                process.standardOutput = output
                return (process, output)
            }

            func statuses(_ url: String, times: Int) async throws -> [String] {
                let (process, output) = curl(url, times: times)
                var lines: [String] = []
                try await process.runToEnd {
                    let data = try output.fileHandleForReading.readToEnd() ?? Data()
                    lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
                }
                return lines
            }

            /// What the store holds of the key and of the provider, as another process sees it.
            func kept() async throws -> (key: Int, cost: Double, provider: Int) {
                let key = try await store.keys().first { $0.name == "alice" }
                let minutes = try await GatewayHistory(store).minutes(60)["only"] ?? []
                return (key?.usedToday.requests ?? 0, key?.usedToday.cost ?? 0, minutes.map(\.requests).reduce(0, +))
            }

            func waitUntilKept(_ requests: Int) async throws {
                let start = ContinuousClock.now
                while true {
                    let kept = try await kept()
                    if kept.key >= requests, kept.provider >= requests { return }
                    try #require(start.duration(to: .now) < .seconds(20), "it is not written")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }

        @Test func `a gateway killed under load loses no key, no budget and no history`() async throws {
            let stage = try await Stage()
            var answered = 0
            var before = (key: 0, cost: 0.0, provider: 0)
            let killed = try stage.serve()
            try await killed.runToEnd {
                let url = try await stage.url()
                #expect(try await stage.statuses(url, times: 20) == Array(repeating: "200", count: 20))
                // Nobody asks for it: the gateway writes by itself, while it runs.
                try await stage.waitUntilKept(20)
                let (load, output) = stage.curl(url, times: 100_000)
                try await load.runToEnd {
                    #expect(await stage.provider.waitForRequests(45))
                    before = try await stage.kept()
                    kill(killed.processIdentifier, SIGKILL)
                    // It asks on, of nobody.
                    load.terminate()
                    let data = try output.fileHandleForReading.readToEnd() ?? Data()
                    answered = 20 + String(decoding: data, as: UTF8.self).split(separator: "\n").count { $0 == "200" }
                }
            }
            #expect(killed.terminationReason == .uncaughtSignal)
            let after = try await stage.kept()
            #expect(after.key >= max(before.key, 20) && after.provider >= max(before.provider, 20))
            #expect(after.cost >= max(before.cost, 20 * Self.cost) - 1e-9)
            #expect(answered >= 20)
            let check = try await stage.workspace.run(["keys", "list", "--store", "gateway.db"])
            #expect(check.status == 0 && check.output.contains("alice"))

            // The same key, with what is left of its budget, and the history goes on.
            let again = try stage.serve()
            try await again.runToEnd {
                let url = try await stage.url()
                let statuses = try await stage.statuses(url, times: 501)
                let allowed = statuses.count { $0 == "200" }
                #expect(Set(statuses) == ["200", "429"])
                // Those before the end included.
                let budgeted = Int((Self.budget / Self.cost).rounded(.up))
                #expect(allowed == budgeted - Int((after.cost / Self.cost).rounded()))
                try await stage.waitUntilKept(after.key + allowed)
                again.terminate()
            }
            #expect(try stage.workspace.result(of: again).status == 0)
            #expect(try await stage.kept().cost >= Self.budget)
        }
    }
}
