internal import Glibc

/// A fixed number of values in memory straight from the system: the allocator's figures do not show it, whichever
/// engine writes into it.
// The pointer is set once. Who may write which element at what time is for the owner to see to, and to prove.
final class MappedArray<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Element>
    private let bytes: Int

    /// All bytes are zero, and in physical memory already.
    init(count: Int) throws {
        bytes = max(count, 1) * MemoryLayout<Element>.stride
        let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)
        guard let address, address != MAP_FAILED else {
            throw BenchError("mmap of \(bytes) bytes failed with errno \(errno): run on a machine with more memory")
        }
        elements = UnsafeMutableBufferPointer(start: address.assumingMemoryBound(to: Element.self), count: count)
    }

    deinit { munmap(elements.baseAddress, bytes) }
}
