/// The process's physical memory as the kernel counts it, in bytes: heap, stacks, code and mapped files.
public struct ProcessMemory: Sendable, Hashable {
    /// In physical memory now.
    public var resident: Int
    /// The most there was since the process began.
    public var peakResident: Int

    /// The figures of this moment; `nil` where the system has no `/proc`. One small file is read.
    public static var current: ProcessMemory? {
        SystemFile.read("/proc/self/status").flatMap(ProcessMemory.init(status:))
    }

    /// Reads the lines `VmRSS` and `VmHWM` of `/proc/PID/status`, whose unit is KiB; see proc(5).
    init?(status: [UInt8]) {
        var kibibytes: [String: Int] = [:]
        for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("Vm".utf8)) {
            let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            guard words.count == 3, words[2] == "kB" else { continue }
            kibibytes[String(words[0])] = Int(words[1])
        }
        guard let resident = kibibytes["VmRSS:"], let peak = kibibytes["VmHWM:"] else { return nil }
        self.resident = resident << 10
        peakResident = peak << 10
    }
}
