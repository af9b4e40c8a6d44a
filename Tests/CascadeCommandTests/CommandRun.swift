import CascadeTesting
import Foundation
import Testing

/// All tests that run the command. One after the other: some of them measure time.
@Suite(.serialized)
enum CommandTests {}

/// The built command, run to its end.
struct CommandRun {
    let status: Int32
    let output: String
    let error: String

    /// A key that is in every configuration and environment, and must never be shown.
    static let plantedKey = "sk-planted-0123456789abcdefghijklmnop"

    /// Beside the test bundle, where the build puts it.
    static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "cascade")

    /// The lines of the output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// What the command itself said on standard error, without the log.
    var messages: [String] {
        error.split(separator: "\n").map(String.init).filter { $0.hasPrefix("cascade: ") }
    }

    /// The output as one JSON object.
    func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
        try #require(Self.object(output), "\(output) \(error)", sourceLocation: sourceLocation)
    }

    /// The output as JSON lines.
    func jsonLines() throws -> [[String: Any]] {
        try lines.map { try #require(Self.object($0)) }
    }

    static func object(_ text: String) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
    }
}

/// A folder of its own for a test, which is also the home of the command and where it is run.
final class Workspace {
    let folder: URL
    /// A provider that nobody holds stops.
    private var providers: [LoopbackProvider] = []

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "cascade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func keep(_ providers: [LoopbackProvider]) {
        self.providers += providers
    }

    /// Writes a file, and gives its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    @discardableResult
    func write(_ data: Data, to name: String) throws -> String {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
        return url.path
    }

    /// The command with its surroundings, not yet started. Its input is `input`; its output goes to files.
    func process(_ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = CommandRun.executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = [
            "HOME": folder.path, "PATH": "/usr/bin:/bin", "PLANTED_KEY": CommandRun.plantedKey,
            // Port 1 answers nobody: no Ollama of this machine takes part.
            "OLLAMA_HOST": "127.0.0.1:1",
        ].merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: write(input, to: "stdin")))
        process.standardOutput = try handle("stdout")
        process.standardError = try handle("stderr")
        return process
    }

    /// Runs the command to its end and checks that it did not crash and kept the planted key to itself.
    func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> CommandRun {
        let process = try process(arguments, input: input, environment: environment)
        try await process.runToEnd()
        return try result(of: process, sourceLocation: sourceLocation)
    }

    func run(
        _ arguments: [String], input: String, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> CommandRun {
        try await run(
            arguments, input: Data(input.utf8), environment: environment, sourceLocation: sourceLocation)
    }

    func result(of process: Process, sourceLocation: SourceLocation = #_sourceLocation) throws -> CommandRun {
        let output = try String(contentsOf: folder.appending(path: "stdout"), encoding: .utf8)
        let error = try String(contentsOf: folder.appending(path: "stderr"), encoding: .utf8)
        #expect(process.terminationReason == .exit, "\(error)", sourceLocation: sourceLocation)
        #expect(!output.contains(CommandRun.plantedKey), sourceLocation: sourceLocation)
        #expect(!error.contains(CommandRun.plantedKey), sourceLocation: sourceLocation)
        #expect(!error.contains("Fatal error"), sourceLocation: sourceLocation)
        return CommandRun(status: process.terminationStatus, output: output, error: error)
    }

    private func handle(_ name: String) throws -> FileHandle {
        try FileHandle(forWritingTo: URL(filePath: write("", to: name)))
    }
}

extension Process {
    /// Starts the process and waits for its end without holding a thread.
    func runToEnd(_ whileRunning: () async throws -> Void = {}) async throws {
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        terminationHandler = { _ in continuation.finish() }
        try run()
        do {
            try await whileRunning()
        } catch {
            terminate()
            throw error
        }
        for await _ in ended {}
    }
}
