internal import Synchronization

/// Buffers for text on its way from a ring to a reader. One is taken for one step: there are as many as threads that
/// read, however many streams are open.
enum TextBuffers {
    private static let most = 8
    private static let keptBytes = 64 << 10
    private static let idle = Mutex<[[UInt8]]>([])

    /// An empty buffer.
    static func take() -> [UInt8] {
        idle.withLock { $0.popLast() } ?? []
    }

    static func giveBack(_ buffer: consuming [UInt8]) {
        guard buffer.capacity <= keptBytes else { return }
        buffer.removeAll(keepingCapacity: true)
        let emptied = buffer
        idle.withLock { idle in
            if idle.count < most { idle.append(emptied) }
        }
    }
}
