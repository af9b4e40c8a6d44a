internal import BenchReport
internal import CBaselineCurl
internal import CascadeMemory
internal import Foundation

extension Machine {
    /// This one, with the versions that run here.
    static var current: Machine {
        Machine(
            cpu: line(of: "/proc/cpuinfo", after: "model name") ?? unknown,
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memory: FigureUnit.mebibytes.text(Double(ProcessInfo.processInfo.physicalMemory), decimals: 0),
            system: line(of: "/etc/os-release", after: "PRETTY_NAME") ?? unknown,
            kernel: text(of: "/proc/sys/kernel/osrelease") ?? unknown,
            libcurl: String(cString: curl_version()).split(separator: " ").prefix(2).joined(separator: " "),
            jemalloc: Allocator.version ?? unknown,
            swift: firstLine(of: ["swift", "--version"]) ?? unknown,
            commit: commit ?? unknown)
    }

    private static let unknown = "unknown"

    /// The package's, if this was built inside its repository.
    private static var commit: String? {
        // Whoever owns the folder: nothing is run from it.
        let git = ["git", "-c", "safe.directory=*", "-C", BenchProcess.executable.deletingLastPathComponent().path()]
        guard let commit = firstLine(of: git + ["rev-parse", "--short=12", "HEAD"]) else { return nil }
        let isChanged = firstLine(of: git + ["status", "--porcelain", "--untracked-files=no", ":/"]) != nil
        return commit + (isChanged ? ", with changes" : "")
    }

    private static func text(of path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What stands behind the name and its `:` or `=`.
    private static func line(of path: String, after name: String) -> String? {
        let found = text(of: path)?.split(separator: "\n").first { $0.hasPrefix(name) }
        guard let found, let sign = found.firstIndex(where: { $0 == ":" || $0 == "=" }) else { return nil }
        return found[found.index(after: sign)...].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }

    /// `nil` if the command fails or is not there, or says nothing.
    private static func firstLine(of command: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
}
