#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file of `/proc`, read without Foundation.
enum SystemFile {
    private static let block = 4096

    /// All of it; `nil` if it cannot be read, or is empty.
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text: [UInt8] = []
        while true {
            // The system writes at most `block` bytes into the buffer, and only the count that it tells is kept.
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: block) { buffer, count in
                count = unsafe max(0, systemRead(descriptor, buffer.baseAddress, block))
            }
            guard !bytes.isEmpty else { return text.isEmpty ? nil : text }
            text += bytes
        }
    }

    private static func systemRead(_ descriptor: CInt, _ address: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.read(descriptor, address, count)
        #else
            unsafe Musl.read(descriptor, address, count)
        #endif
    }
}
