internal import Synchronization

/// The committed answers under way, so that a shutdown ends those that nobody reads at the moment.
final class LiveStreams: Sendable {
    private struct Entry {
        weak var stream: StreamCore?
    }

    private struct State {
        var isClosed = false
        var streams: [ObjectIdentifier: Entry] = [:]
    }

    private let state = Mutex(State())

    func insert(_ stream: StreamCore) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.streams[ObjectIdentifier(stream)] = Entry(stream: stream) }
            return state.isClosed
        }
        // One that ended before it was listed removes nothing any more.
        if stream.hasEnded { remove(stream) }
        if isClosed { stream.shutDown() }
    }

    func remove(_ stream: StreamCore) {
        state.withLock { _ = $0.streams.removeValue(forKey: ObjectIdentifier(stream)) }
    }

    /// Ends them all, and whichever comes later.
    func close() {
        let streams = state.withLock { state in
            state.isClosed = true
            defer { state.streams = [:] }
            return state.streams.values.compactMap(\.stream)
        }
        for stream in streams { stream.shutDown() }
    }
}
