internal import Synchronization

/// Counts what comes of streams that are held. Any thread may tell it.
final class StreamMeter: Sendable {
    private let begunCount = Atomic<Int>(0)
    private let pieceCount = Atomic<Int>(0)
    private let endedCount = Atomic<Int>(0)
    private let firstError = Mutex<String?>(nil)

    /// Streams whose first piece has come.
    var begun: Int { begunCount.load(ordering: .relaxed) }
    var pieces: Int { pieceCount.load(ordering: .relaxed) }
    /// Streams that have ended, whichever way: none should, while they are held.
    var ended: Int { endedCount.load(ordering: .relaxed) }
    /// Why the first of them did.
    var error: String? { firstError.withLock { $0 } }

    func pieceCame(isFirst: Bool) {
        add(begun: isFirst ? 1 : 0, pieces: 1)
    }

    func add(begun: Int, pieces: Int) {
        begunCount.wrappingAdd(begun, ordering: .relaxed)
        pieceCount.wrappingAdd(pieces, ordering: .relaxed)
    }

    func streamEnded(_ error: any Error) {
        endedCount.wrappingAdd(1, ordering: .relaxed)
        firstError.withLock { $0 = $0 ?? String(describing: error) }
    }
}
