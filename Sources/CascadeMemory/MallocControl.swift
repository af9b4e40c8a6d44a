internal import CJemalloc

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Reads and writes of jemalloc's control tree, by name.
///
/// Every call hands over addresses of locals together with their exact sizes, and jemalloc keeps none of them after the
/// call has returned.
enum MallocControl {
    /// Whether jemalloc serves this process's `malloc`: another allocator may have been put before it, for instance a
    /// sanitizer's. Told by effect: what this thread allocates shows in jemalloc's count for this thread.
    static let servesMalloc: Bool = {
        guard let before = value(of: "thread.allocated", as: UInt64.self) else { return false }
        // Not `malloc`, a pair of which with `free` the optimiser removes.
        var block: UnsafeMutableRawPointer?
        guard unsafe posix_memalign(&block, 64, 64 << 10) == 0 else { return false }
        defer { unsafe free(block) }
        return value(of: "thread.allocated", as: UInt64.self).map { $0 >= before + 64 << 10 } ?? false
    }()

    /// The value of a read-only entry; `nil` if there is none of this name and size.
    static func value<Value: FixedWidthInteger>(of name: String, as type: Value.Type = Value.self) -> Value? {
        var value = Value.zero
        var size = MemoryLayout<Value>.size
        let status = unsafe mallctl(name, &value, &size, nil, 0)
        return status == 0 && size == MemoryLayout<Value>.size ? value : nil
    }

    /// The same without allocating: whoever watches allocations must not add to them.
    static func value<Value: FixedWidthInteger>(of name: StaticString, as type: Value.Type = Value.self) -> Value? {
        var value = Value.zero
        var size = MemoryLayout<Value>.size
        // A literal of ASCII letters, which ends with a NUL.
        let status = unsafe name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount + 1) {
            unsafe mallctl($0, &value, &size, nil, 0)
        }
        return status == 0 && size == MemoryLayout<Value>.size ? value : nil
    }

    /// The text of a read-only entry, which jemalloc keeps for the life of the process.
    static func text(of name: String) -> String? {
        var text: UnsafePointer<CChar>? = nil
        var size = unsafe MemoryLayout<UnsafePointer<CChar>?>.size
        guard unsafe mallctl(name, &text, &size, nil, 0) == 0, let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    /// Has jemalloc bring its statistics up to date; they stand still otherwise.
    static func refresh() -> Bool {
        var epoch: UInt64 = 1
        return unsafe mallctl("epoch", nil, nil, &epoch, MemoryLayout<UInt64>.size) == 0
    }

    /// Performs an entry that takes and gives nothing; `false` if there is none of this name.
    static func perform(_ name: String) -> Bool {
        unsafe mallctl(name, nil, nil, nil, 0) == 0
    }

    /// Writes an entry; `false` if there is none of this name and size, or it does not take the value.
    static func set<Value: BitwiseCopyable>(_ name: String, to value: Value) -> Bool {
        var value = value
        return unsafe mallctl(name, nil, nil, &value, MemoryLayout<Value>.size) == 0
    }

    /// Writes a time, unless there is a shorter one; a negative one means that it never comes.
    static func lower(_ name: String, to milliseconds: Int) {
        guard let present = value(of: name, as: Int.self), present < 0 || present > milliseconds else { return }
        _ = set(name, to: milliseconds)
    }
}
