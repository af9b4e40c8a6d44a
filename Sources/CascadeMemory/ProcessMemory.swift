#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The process's physical memory as the kernel counts it, in bytes: heap, stacks, code and mapped files.
public struct ProcessMemory: Sendable, Hashable {
    /// In physical memory now.
    public var resident: Int
    /// The most there was since the process began.
    public var peakResident: Int

    /// The figures of this moment; `nil` where the system has no `/proc`. One small file is read.
    public static var current: ProcessMemory? {
        StatusFile.read().flatMap(ProcessMemory.init(status:))
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

/// `/proc/self/status`, read without Foundation.
private enum StatusFile {
    /// The whole text is one and a half KiB; the figures stand in its first half.
    private static let capacity = 4096

    static func read() -> [UInt8]? {
        let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // The system writes at most `capacity` bytes into the buffer, and only the count that it tells is kept.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = unsafe max(0, systemRead(descriptor, buffer.baseAddress, capacity))
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func systemRead(_ descriptor: CInt, _ address: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.read(descriptor, address, count)
        #else
            unsafe Musl.read(descriptor, address, count)
        #endif
    }
}
