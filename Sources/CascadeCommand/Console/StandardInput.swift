internal import Foundation
internal import Synchronization

/// Standard input, read piece by piece on a thread of its own and only when somebody asks.
///
/// A cancelled task stops waiting at once; what the thread reads after that is lost.
final class StandardInput: Sendable {
    enum Line: Equatable {
        case text(String)
        case notUTF8
        case tooLong
    }

    struct Unreadable: Error {}

    private struct State {
        var buffered: [UInt8] = []
        /// Where the unread part of `buffered` begins.
        var start = 0
        var hasBegun = false
        var consumed = 0
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "cascade.stdin")

    /// Bytes handed out so far.
    var consumed: Int { state.withLock { $0.consumed } }

    /// The size of what stdin is redirected from, if that is a file.
    static var fileSize: Int? {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/0"),
            let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return (attributes[.size] as? NSNumber)?.intValue
    }

    /// The next line without its end; `nil` after the last one.
    ///
    /// - Parameter limit: bytes; what a longer line has beyond it is passed over without being kept.
    func nextLine(limit: Int) async throws -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            let (piece, isEnded) = takeLinePiece()
            if line.count + piece.count > limit { isTooLong = true }
            if isTooLong { line = [] } else { line += piece }
            if isEnded { break }
            guard try await fill() else {
                if line.isEmpty, !isTooLong { return nil }
                break
            }
        }
        if isTooLong { return .tooLong }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return String(validating: line, as: UTF8.self).map { .text($0) } ?? .notUTF8
    }

    /// All that is left; `.tooLong` as soon as there is more than `limit` bytes.
    func all(limit: Int) async throws -> Line {
        var bytes: [UInt8] = []
        repeat {
            bytes += takeBuffered()
            if bytes.count > limit { return .tooLong }
        } while try await fill()
        return String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .notUTF8
    }

    private func takeLinePiece() -> (piece: [UInt8], isEnded: Bool) {
        state.withLock { state in
            let rest = state.buffered[state.start...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let piece = Array(rest[..<(end ?? rest.endIndex)])
            state.start = end.map { $0 + 1 } ?? rest.endIndex
            state.consumed += piece.count + (end == nil ? 0 : 1)
            return (piece, end != nil)
        }
    }

    private func takeBuffered() -> [UInt8] {
        state.withLock { state in
            defer { state.start = state.buffered.count }
            return Array(state.buffered[state.start...])
        }
    }

    /// Waits for more; `false` at the end.
    private func fill() async throws -> Bool {
        let waiter = Waiter()
        let bytes: [UInt8] = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiter.set(continuation)
                queue.async { [self] in waiter.resume(with: Result { try read() }) }
            }
        } onCancel: {
            waiter.resume(with: .failure(CancellationError()))
        }
        return state.withLock { state in
            state.buffered = bytes
            state.start = 0
            return !bytes.isEmpty
        }
    }

    /// One read of the system's; empty at the end.
    private func read() throws -> [UInt8] {
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        // `availableData` traps when reading fails, as it does for a directory or a closed descriptor. Of the two only
        // this one throws, and it waits for all that it is asked for.
        guard isFirst else { return Array(FileHandle.standardInput.availableData) }
        do {
            return try FileHandle.standardInput.read(upToCount: 1).map(Array.init) ?? []
        } catch {
            throw Unreadable()
        }
    }
}

/// A continuation that is resumed once, by whoever comes first.
private final class Waiter: Sendable {
    private struct State {
        var continuation: CheckedContinuation<[UInt8], any Error>?
        var result: Result<[UInt8], any Error>?
    }

    private let state = Mutex(State())

    func set(_ continuation: CheckedContinuation<[UInt8], any Error>) {
        let result = state.withLock { state in
            if state.result == nil { state.continuation = continuation }
            return state.result
        }
        if let result { continuation.resume(with: result) }
    }

    func resume(with result: Result<[UInt8], any Error>) {
        let continuation = state.withLock { state in
            if state.result == nil { state.result = result }
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(with: result)
    }
}
