import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// The dashboard in a browser, where chromium, its driver and selenium are installed.
    @Suite struct Browsers {
        private static func run(_ arguments: [String]) -> (status: Int32, error: String) {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = arguments
            let error = Pipe()
            process.standardError = error
            process.standardOutput = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return (127, "\(arguments[0]) cannot be run") }
            let text = (try? error.fileHandleForReading.readToEnd()) ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: text, as: UTF8.self))
        }

        private static func executable(_ names: String...) -> String? {
            let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            return names.lazy.flatMap { name in folders.lazy.map { "\($0)/\(name)" } }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }

        /// Debian's selenium belongs to Debian's Python, which need not be the first.
        private static let python = ["python3", "/usr/bin/python3"].first {
            run([$0, "-c", "import selenium"]).status == 0
        }
        private static let chromium = executable("chromium", "google-chrome")
        private static let driver = executable("chromedriver")

        @Test(
            "The dashboard loads, follows, acts and fits a phone in Chromium",
            .enabled(if: python != nil && chromium != nil && driver != nil, "no chromium, chromedriver or selenium"),
            .timeLimit(.minutes(5)))
        func dashboard() async throws {
            let answer = Script(chunkDelay: .milliseconds(5))
            let fixture = try await GatewayFixture(answer, Script(format: .ollama)) {
                $0.providers[1].name = "<img src=x>"
            }
            let script = try #require(
                Bundle.module.url(forResource: "dashboard_browser", withExtension: "py", subdirectory: "Clients"))
            let (python, chromium, driver) = try (
                #require(Self.python), #require(Self.chromium), #require(Self.driver)
            )
            let run = Self.run([
                python, script.path, fixture.gateway.address, chromium, driver, answer.expectedText,
            ])
            #expect(run.status == 0, "\(run.error)")
            await fixture.end()
        }
    }
}
