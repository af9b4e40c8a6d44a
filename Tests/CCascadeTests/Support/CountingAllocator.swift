import CCascade

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An allocator that counts what is held and refuses the n-th request when asked to.
@safe final class CountingAllocator {
    private(set) var held = 0
    private(set) var requests = 0
    var refusing: Int?

    /// Lives as long as this object, as the C core demands of an allocator.
    let table: UnsafeMutablePointer<casc_allocator>

    init() {
        unsafe table = .allocate(capacity: 1)
        // Unretained: whatever uses the table is destroyed before this object is.
        unsafe table.initialize(
            to: casc_allocator(
                allocate: { unsafe CountingAllocator.from($0).allocate($1) },
                reallocate: { unsafe CountingAllocator.from($0).reallocate($1, $2) },
                release: { unsafe CountingAllocator.from($0).release($1) },
                context: Unmanaged.passUnretained(self).toOpaque()))
    }

    deinit {
        unsafe table.deallocate()
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CountingAllocator {
        unsafe Unmanaged<CountingAllocator>.fromOpaque(context!).takeUnretainedValue()
    }

    private func refuses() -> Bool {
        requests += 1
        return requests == refusing
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard !refuses() else { return nil }
        held += 1
        return unsafe malloc(size)
    }

    private func reallocate(_ memory: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard !refuses() else { return nil }
        if unsafe memory == nil { held += 1 }
        return unsafe realloc(memory, size)
    }

    private func release(_ memory: UnsafeMutableRawPointer?) {
        held -= 1
        unsafe free(memory)
    }
}
