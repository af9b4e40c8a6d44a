/// Bytes that live in a ``RequestArena``: valid until it is reset, or rewound past the point where they were made.
@safe
// @unchecked Sendable: the bytes are never written after they are published here, and the arena outlives its request.
public struct ArenaBytes: @unchecked Sendable {
    public let count: Int
    private let start: UnsafeRawPointer

    @unsafe
    init(start: UnsafeRawPointer, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    /// The bytes in place. Unsafe, because only the caller knows that the arena still holds them.
    @unsafe
    public var unsafeBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start, count: count)
    }
}
