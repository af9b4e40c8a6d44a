internal import Foundation

/// How long the command takes until its request is on its way.
struct StartFigures: Codable, Sendable {
    var runs: Int
    /// From the spawn to the first byte of the request.
    var ms_median: Double
    var ms_min: Double
    var ms_max: Double

    private static let limitMilliseconds: Int32 = 10_000

    /// - Parameter command: The path of the `cascade` executable.
    static func measure(_ command: String, runs: Int) throws -> StartFigures {
        let listener = try StartListener()
        let configuration = try ConfigurationFile(port: listener.port)
        let arguments = ["chat", "Why is the sky blue?", "--config", configuration.path]
        // The first run reads the executable and its libraries from the disk.
        _ = try start(command, arguments, listener)
        let times = try (0..<runs).map { _ in try start(command, arguments, listener) }.sorted()
        return withExtendedLifetime(configuration) {
            StartFigures(runs: runs, ms_median: times[runs / 2], ms_min: times[0], ms_max: times[runs - 1])
        }
    }

    private static func start(_ command: String, _ arguments: [String], _ listener: StartListener) throws -> Double {
        let start = SystemTime.now
        let child = try SpawnedCommand(command, arguments)
        let firstByte: UInt64
        do {
            firstByte = try listener.firstByte(within: limitMilliseconds)
        } catch {
            child.kill()
            throw error
        }
        let status = child.wait()
        guard status == 0 else {
            throw BenchError("\(command) chat ended with wait status \(status): see what it says when run by hand")
        }
        return Double(firstByte - start) / 1_000_000
    }
}

/// A configuration with one provider, for as long as the object lives.
private final class ConfigurationFile {
    let path: String

    init(port: UInt16) throws {
        path = FileManager.default.temporaryDirectory.path + "/cascade-bench-\(getpid()).yaml"
        let text = """
            providers:
              - name: bench
                type: openai_compatible
                enabled: true
                base_url: http://127.0.0.1:\(port)/v1
                models: [{ name: bench }]
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { unlink(path) }
}
