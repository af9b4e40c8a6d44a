/// A connection and how far its response has gone. For the loop's thread alone.
final class LoopbackConnection {
    /// What must come before more of the response is written.
    enum Waiting {
        case nothing
        case timer
        case writability
        /// Only the peer can end it.
        case peer
    }

    let socket: Int32
    let token: UInt64
    let number: Int
    var isOpen = true
    var input: [UInt8] = []
    var hasSentContinue = false
    /// The index of the latest request.
    var request: Int?

    var plan: LoopbackPlan?
    var segment = 0
    var offset = 0
    var hasPaused = false
    var waiting = Waiting.nothing
    var keepsAlive = true

    init(socket: Int32, token: UInt64, number: Int) {
        self.socket = socket
        self.token = token
        self.number = number
    }

    func begin(_ plan: LoopbackPlan, keepsAlive: Bool) {
        self.plan = plan
        self.keepsAlive = keepsAlive
        segment = 0
        offset = 0
        hasPaused = false
        waiting = .nothing
        hasSentContinue = false
    }

    func consume(_ count: Int) {
        if count == input.count {
            // A large request's memory is not kept for as long as its stream goes on.
            input.removeAll(keepingCapacity: input.capacity <= 4_096)
        } else {
            input.removeFirst(count)
        }
    }
}
