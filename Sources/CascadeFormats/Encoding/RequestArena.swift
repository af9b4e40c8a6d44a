internal import CCascade
internal import CCascadeJSON

/// The memory of one logical request: given out by moving a pointer, given back all at once.
///
/// Threads: one task at a time; it may move between threads with the task. An arena is made to be pooled: after
/// ``reset()`` it holds one block and serves the next request.
@safe
// @unchecked Sendable: nothing here is shared. An arena belongs to one request, whose driver hands it on only by
// awaiting, and the C arena keeps no state of its thread; so every access happens before the next.
public final class RequestArena: @unchecked Sendable {
    // Proof: both are made here, never handed out, and destroyed only in deinit.
    private let handle: OpaquePointer
    private var parser: OpaquePointer?
    private var largestChecked = 0

    /// A parser that has checked a text larger than this is not kept over a reset: it holds a copy's worth of memory.
    private static let keptParserBytes = 64 << 10

    /// A point to rewind to. Valid until the arena is reset, or rewound to an earlier point.
    @safe
    // @unchecked Sendable: a position, meaningless but to its arena, which checks nothing else out of it.
    public struct Mark: @unchecked Sendable {
        fileprivate let value: casc_arena_mark
    }

    /// - Parameters:
    ///   - blockBytes: Size of the usual block. None is allocated until something is encoded.
    ///   - maxBytes: The hard cap over all blocks; what would exceed it fails as ``EncodingError/Code/tooLarge``.
    public init(blockBytes: Int, maxBytes: Int) throws(EncodingError) {
        guard let made = unsafe casc_arena_create(max(blockBytes, 1), max(maxBytes, 0), nil) else {
            throw Self.noMemory
        }
        unsafe handle = made
        unsafe parser = nil
    }

    deinit {
        unsafe casc_json_parser_destroy(parser)
        unsafe casc_arena_destroy(handle)
    }

    /// Frees everything; all ``ArenaBytes`` and marks of this arena become invalid. Keeps one block.
    public func reset() {
        unsafe casc_arena_reset(handle)
        guard largestChecked > Self.keptParserBytes else { return }
        unsafe casc_json_parser_destroy(parser)
        unsafe parser = nil
        largestChecked = 0
    }

    /// The present point.
    public func mark() -> Mark {
        unsafe Mark(value: casc_arena_save(handle))
    }

    /// Frees everything that was allocated since `mark`.
    public func rewind(to mark: Mark) {
        unsafe casc_arena_rewind(handle, mark.value)
    }

    /// A copy of `text` that ends in a NUL, which the count includes.
    public func copyCString(_ text: String) throws(EncodingError) -> ArenaBytes {
        let count = text.utf8.count + 1
        let memory = try unsafe allocate(count)
        let copy = unsafe UnsafeMutableRawBufferPointer(start: memory, count: count)
        unsafe copy.copyBytes(from: text.utf8)
        unsafe copy[count - 1] = 0
        return unsafe ArenaBytes(start: memory, count: count)
    }

    /// A copy of both runs as one.
    public func join(_ first: ArenaBytes, _ second: ArenaBytes) throws(EncodingError) -> ArenaBytes {
        let count = first.count + second.count
        let memory = try unsafe allocate(max(count, 1))
        let copy = unsafe UnsafeMutableRawBufferPointer(start: memory, count: count)
        unsafe copy.copyMemory(from: first.unsafeBytes)
        unsafe UnsafeMutableRawBufferPointer(rebasing: copy[first.count...]).copyMemory(from: second.unsafeBytes)
        return unsafe ArenaBytes(start: memory, count: count)
    }

    /// Bytes held from the allocator.
    public var reservedBytes: Int {
        unsafe casc_arena_reserved(handle)
    }

    /// Bytes handed out since the last reset.
    public var usedBytes: Int {
        unsafe casc_arena_used(handle)
    }

    @unsafe
    func allocate(_ size: Int) throws(EncodingError) -> UnsafeMutableRawPointer {
        guard let memory = unsafe casc_arena_alloc(handle, size) else { throw lastError }
        return unsafe memory
    }

    /// Grows `memory`, in place where the arena can; on an error `memory` is as it was.
    @unsafe
    func extend(
        _ memory: UnsafeMutableRawPointer, from oldSize: Int, to newSize: Int
    ) throws(EncodingError) -> UnsafeMutableRawPointer {
        guard let grown = unsafe casc_arena_extend(handle, memory, oldSize, newSize) else { throw lastError }
        return unsafe grown
    }

    /// Whether the bytes are exactly one JSON value. The parser is made at the first use and kept for the next.
    @unsafe
    func isValidJSON(_ bytes: UnsafeBufferPointer<UInt8>) throws(EncodingError) -> Bool {
        if unsafe parser == nil {
            unsafe parser = casc_json_parser_create()
        }
        guard let parser = unsafe parser else { throw Self.noMemory }
        guard let start = bytes.baseAddress else { return false }
        largestChecked = max(largestChecked, bytes.count)
        return unsafe casc_json_is_valid(parser, start, bytes.count)
    }

    private var lastError: EncodingError {
        if unsafe casc_arena_last_status(handle) == CASC_NO_MEMORY { return Self.noMemory }
        return EncodingError(code: .tooLarge, field: "", message: "the request exceeds the memory a request may use")
    }

    private static var noMemory: EncodingError {
        EncodingError(code: .outOfMemory, field: "", message: "the system refused memory for the request")
    }
}
