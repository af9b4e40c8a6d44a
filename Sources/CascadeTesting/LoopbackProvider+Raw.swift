extension LoopbackProvider {
    /// A response as it goes onto the wire, byte for byte: for what no ``Fault`` does to an answer.
    ///
    /// ```swift
    /// var script = LoopbackProvider.Script()
    /// script.respond = { _ in LoopbackProvider.RawResponse("HTTP/1.1 200 OK\r\n", ending: .reset) }
    /// ```
    public struct RawResponse: Sendable, Hashable {
        /// What becomes of the connection after the last byte.
        public enum Ending: Sendable, Hashable {
            /// It waits for its next request.
            case keepAlive
            /// It is closed.
            case close
            /// It is reset.
            case reset
            /// Its half is closed: the peer reads an end, and may go on sending.
            case halfClose
            /// It stays open and silent until the peer goes away.
            case hold
        }

        struct Part: Sendable, Hashable {
            /// The time before the first byte.
            var pause: Duration
            var bytes: [UInt8]
        }

        private(set) var parts: [Part]
        public var ending: Ending
        /// Whether each byte is sent alone.
        public var sendsSingleBytes = false

        public init(_ bytes: [UInt8] = [], ending: Ending = .keepAlive) {
            parts = [Part(pause: .zero, bytes: bytes)]
            self.ending = ending
        }

        public init(_ text: String, ending: Ending = .keepAlive) {
            self.init(Array(text.utf8), ending: ending)
        }

        /// All bytes, whenever they are sent.
        public var bytes: [UInt8] { parts.flatMap(\.bytes) }

        /// Adds bytes that follow after a pause. Pauses are kept to the millisecond, rounded up.
        public mutating func append(_ text: String, after pause: Duration = .zero) {
            parts.append(Part(pause: pause, bytes: Array(text.utf8)))
        }
    }
}

extension LoopbackPlan {
    convenience init(_ response: LoopbackProvider.RawResponse) {
        let segments = response.parts.filter { !$0.bytes.isEmpty }.map { part in
            Segment(delay: LoopbackText.nanoseconds(part.pause) ?? 0, bytes: part.bytes)
        }
        let ending: Ending =
            switch response.ending {
            case .keepAlive: .keepAlive
            case .close: .close
            case .reset: .reset
            case .halfClose: .halfClose
            case .hold: .hold
            }
        self.init(segments, ending, sendsSingleBytes: response.sendsSingleBytes)
    }
}
