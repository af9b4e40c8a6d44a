#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension GatewayMemory {
    /// What the kernel says of this process; nothing where there is no `/proc`.
    static func fromKernel() -> GatewayMemory {
        var memory = GatewayMemory()
        memory.resident = residentBytes
        return memory
    }

    private static var residentBytes: Int? {
        let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Seven numbers. The system writes at most the buffer's bytes, and only the count that it tells is kept.
        let text = unsafe [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = unsafe max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        // Pages: all of them, then those in memory.
        let numbers = text.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard numbers.count == 3, let pages = Int(String(decoding: numbers[1], as: UTF8.self)) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
