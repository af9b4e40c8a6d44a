import Cascade
import CascadeTesting
import Foundation
import Testing

@testable import CascadeGateway

extension GatewayTests {
    /// The dashboard in a browser, where chromium, its driver and selenium are installed.
    @Suite(.enabled(if: Browser.isInstalled, "no chromium, chromedriver or selenium"), .timeLimit(.minutes(5)))
    struct Browsers {
        private static let answer = Script(chunkDelay: .milliseconds(5))

        @Test("The dashboard loads, follows, acts and fits a phone in Chromium")
        func dashboard() async throws {
            let fixture = try await GatewayFixture(Self.answer, Script(format: .ollama)) {
                $0.providers[1].name = "<img src=x>"
            }
            try await Browser.run("dashboard_browser", fixture.gateway.address, [Self.answer.expectedText])
            await fixture.end()
        }

        @Test("Where operators need a key the dashboard asks for it, and says when it is wrong or revoked")
        func keys() async throws {
            let file = try StoreFile()
            let store = try file.open()
            let (admin, client) = try await (
                store.addKey(name: "ops", isAdmin: true).secret, store.addKey(name: "alice").secret
            )
            let fixture = try await GatewayFixture(
                Self.answer,
                gateway: {
                    $0.host = "0.0.0.0"
                    $0.store = store
                    $0.storeInterval = .milliseconds(10)
                    $0.dashboard.interval = .milliseconds(20)
                })
            let arguments = [Self.answer.expectedText, admin, client]
            let address = "http://127.0.0.1:\(fixture.gateway.port)"
            try await Browser.run("dashboard_keys_browser", address, arguments) { _ in
                // As another process does it, which the gateway is not told of.
                _ = try await file.open().revokeKey("ops")
            }
            await fixture.end()
        }

        @Test("A dashboard that stays open outlives providers, the gateway, and names that are scripts")
        func life() async throws {
            let file = try StoreFile()
            let store = try file.open()
            let client = try await store.addKey(name: "alice").secret
            let name = "<script>window.ran = 1</script>"
            var options = GatewayOptions()
            options.store = store
            options.storeInterval = .milliseconds(10)
            options.dashboard.interval = .milliseconds(20)
            let fixture = try await GatewayFixture(Self.answer, Script()) {
                $0.providers[0].name = name
            } gateway: {
                options.port = $0.port
                $0 = options
            }
            options.port = fixture.gateway.port
            var gateway = fixture.gateway
            let arguments = [Self.answer.expectedText, client, name]
            try await Browser.run("dashboard_life_browser", gateway.address, arguments) { wish in
                switch wish {
                case "save":
                    while try await GatewayHistory(store).providerDays(1).isEmpty { await Task.yield() }
                case "restart":
                    await gateway.shutdown()
                    gateway = try await GatewayServer(router: fixture.router, options: options)
                default:
                    let count = try #require(wish.split(separator: " ").last.flatMap { Int($0) })
                    try fixture.router.reload(fixture.configuration(providers: count))
                }
            }
            await gateway.shutdown()
            await fixture.end()
        }
    }
}

extension GatewayFixture {
    /// The same with so many providers, by names of their own beyond the first.
    fileprivate func configuration(providers count: Int) -> CascadeConfiguration {
        var configuration = router.configuration
        let first = configuration.providers[0]
        configuration.providers = (0..<count).map { index in
            var provider = first
            if index > 0 { provider.name = "p\(index)" }
            provider.priority = index + 1
            return provider
        }
        return configuration
    }
}

/// Chromium, driven by a script of `Clients`.
private enum Browser {
    /// Debian's selenium belongs to Debian's Python, which need not be the first.
    private static let python = ["python3", "/usr/bin/python3"].first { python in
        let process = process([python, "-c", "import selenium"])
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
    private static let chromium = executable("chromium", "google-chrome")
    private static let driver = executable("chromedriver")

    static var isInstalled: Bool { python != nil && chromium != nil && driver != nil }

    private static func executable(_ names: String...) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return names.lazy.flatMap { name in folders.lazy.map { "\($0)/\(name)" } }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        return process
    }

    /// Each line that the script prints is a wish. It waits until that has been done.
    static func run(
        _ script: String, _ address: String, _ arguments: [String],
        sourceLocation: SourceLocation = #_sourceLocation,
        fulfil: (String) async throws -> Void = { _ in }
    ) async throws {
        let file = try #require(Bundle.module.url(forResource: script, withExtension: "py", subdirectory: "Clients"))
        let (python, chromium, driver) = try (#require(Self.python), #require(Self.chromium), #require(Self.driver))
        let process = process([python, "-B", file.path, address, chromium, driver] + arguments)
        let (input, output, error) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
        try process.run()
        var line = ""
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first {
            guard byte == UInt8(ascii: "\n") else {
                line.unicodeScalars.append(Unicode.Scalar(byte))
                continue
            }
            try await fulfil(line)
            line = ""
            try input.fileHandleForWriting.write(contentsOf: Data("done\n".utf8))
        }
        let text = (try? error.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        #expect(
            process.terminationStatus == 0, "\(String(decoding: text, as: UTF8.self))", sourceLocation: sourceLocation)
    }
}
