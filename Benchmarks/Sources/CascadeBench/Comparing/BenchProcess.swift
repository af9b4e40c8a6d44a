internal import Foundation

/// This command in a process of its own, so that no engine's memory is another's.
enum BenchProcess {
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    /// Longer than the longest load: what takes more hangs.
    private static let patience: TimeInterval = 150

    /// Runs to the end and gives the last line of its output.
    static func output(of arguments: [String], environment: [String: String] = [:]) throws -> String {
        let process = make(arguments, environment)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let id = process.processIdentifier
        let watch = DispatchWorkItem { kill(id, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: watch)
        defer { watch.cancel() }
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw BenchProcessError(
                arguments: arguments, status: process.terminationStatus,
                isSignal: process.terminationReason == .uncaughtSignal, output: text)
        }
        return text.split(separator: "\n").last.map(String.init) ?? ""
    }

    /// A double that answers until it is let go.
    final class Double {
        let url: String
        private let process: Process
        private let input = Pipe()

        init(_ arguments: [String]) throws {
            process = BenchProcess.make(["double"] + arguments, [:])
            let output = Pipe()
            process.standardOutput = output
            process.standardInput = input
            try process.run()
            let line = output.fileHandleForReading.availableData
            url = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !url.isEmpty else {
                process.waitUntilExit()
                throw BenchProcessError(
                    arguments: ["double"] + arguments, status: process.terminationStatus, isSignal: false,
                    output: "no address")
            }
        }

        deinit {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
    }

    private static func make(_ arguments: [String], _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        return process
    }
}

struct BenchProcessError: Error, CustomStringConvertible {
    var arguments: [String]
    var status: Int32
    var isSignal: Bool
    var output: String

    var description: String {
        let end = isSignal ? "was ended by signal \(status)" : "ended with status \(status)"
        return "`cascade-bench \(arguments.joined(separator: " "))` \(end): \(output.isEmpty ? "no output" : output)"
    }
}
