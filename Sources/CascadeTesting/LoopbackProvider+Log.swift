extension LoopbackProvider {
    /// What became of a request.
    public enum Outcome: Sendable, Hashable {
        /// It is being answered, or is never going to be.
        case pending
        /// The response was handed to the system whole, as the script has it.
        case answered
        /// The provider broke off, as the fault has it.
        case brokenOff
        /// The peer went away first.
        case abandoned
        /// The provider was stopped first.
        case stopped
    }

    /// One request as it arrived, and what became of it.
    public struct RequestRecord: Sendable {
        /// Counted over all requests from 0.
        public internal(set) var index: Int
        /// The number of the connection that it came on, counted from 1 in the order of acceptance.
        public internal(set) var connection: Int
        public internal(set) var method: String
        /// The request target, with its query.
        public internal(set) var path: String
        /// The header lines as they came.
        public internal(set) var fields: [UInt8]
        /// The first 256 KiB of the body, decoded from transfer chunks.
        public internal(set) var body: [UInt8]
        /// The length of the whole body.
        public internal(set) var bodyLength: Int
        /// When its last byte was read.
        public internal(set) var receivedAt: ContinuousClock.Instant
        /// When the peer was seen to close or reset the connection; nil if it has not.
        public internal(set) var closedByPeerAt: ContinuousClock.Instant?
        /// The content events that were sent whole.
        public internal(set) var chunksSent: Int
        public internal(set) var outcome: Outcome
        /// The fault that struck it.
        public internal(set) var fault: Fault?

        public var bodyText: String { String(decoding: body, as: UTF8.self) }

        /// The header fields in the order they came.
        public var headers: [(name: String, value: String)] {
            String(decoding: fields, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
                let colon = line.firstIndex(of: ":") ?? line.endIndex
                return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
            }
        }

        /// The first field with this name, in any case.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        static let maximumBody = 256 << 10
    }

    /// Totals since the start.
    public struct Counters: Sendable, Hashable {
        public internal(set) var connectionsAccepted = 0
        public internal(set) var openConnections = 0
        public internal(set) var requests = 0
    }
}
