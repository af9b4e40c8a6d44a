internal import Foundation

/// This command in a process of its own, so that no engine's memory is another's.
enum BenchProcess {
    private static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()

    /// Runs to the end and gives the last line of its output.
    static func output(of arguments: [String], environment: [String: String] = [:]) throws -> String {
        let process = make(arguments, environment)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw BenchProcessError(arguments: arguments, status: process.terminationStatus, output: text)
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
    var output: String

    var description: String {
        "cascade-bench \(arguments.joined(separator: " ")) ended with status \(status): \(output)"
    }
}
