/// A response as it goes onto the wire: made once, then written for any number of requests.
final class LoopbackPlan {
    struct Segment {
        /// In nanoseconds, before the first byte.
        var delay: UInt64 = 0
        /// Never empty.
        var bytes: [UInt8] = []
        /// The content events that were sent once this segment is.
        var chunks = 0
    }

    enum Ending {
        /// The connection waits for its next request.
        case keepAlive
        case close
        case reset
        /// Nothing more is sent; the connection stays open to the peer's bytes.
        case halfClose
        /// The connection stays open and silent.
        case hold
        /// The last segment is sent again and again.
        case repeatLast
    }

    let segments: [Segment]
    let ending: Ending
    let sendsSingleBytes: Bool
    /// The model that exists once the response is sent.
    let installs: String?

    init(_ segments: [Segment], _ ending: Ending, sendsSingleBytes: Bool = false, installs: String? = nil) {
        self.segments = segments
        self.ending = ending
        self.sendsSingleBytes = sendsSingleBytes
        self.installs = installs
    }
}

/// Joins all bytes between two pauses in one segment, so that an unpaced response takes one system call.
struct LoopbackPlanBuilder {
    enum Framing {
        /// Bytes as they are: after a `Content-Length`, or up to the end of the connection.
        case identity
        case chunked
    }

    private var segments: [LoopbackPlan.Segment] = []
    private var current = LoopbackPlan.Segment()
    var framing = Framing.identity
    var ending = LoopbackPlan.Ending.keepAlive

    mutating func pause(_ duration: Duration) {
        guard let delay = LoopbackText.nanoseconds(duration), delay > 0 else { return }
        flush()
        current.delay += delay
    }

    mutating func raw(_ text: String) { current.bytes += text.utf8 }

    /// A part of the body, in a transfer chunk of its own if the body has them.
    mutating func body(_ text: String) {
        guard framing == .chunked else { return raw(text) }
        raw("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    /// The same, cut off in its middle.
    mutating func half(ofBody text: String) {
        if framing == .chunked { raw("\(String(text.utf8.count, radix: 16))\r\n") }
        current.bytes += text.utf8.prefix(text.utf8.count / 2)
    }

    mutating func countChunk() { current.chunks += 1 }

    mutating func endBody() {
        if framing == .chunked { raw("0\r\n\r\n") }
    }

    mutating func plan(sendsSingleBytes: Bool = false, installs: String? = nil) -> LoopbackPlan {
        flush()
        return LoopbackPlan(segments, ending, sendsSingleBytes: sendsSingleBytes, installs: installs)
    }

    private mutating func flush() {
        guard !current.bytes.isEmpty else { return }
        segments.append(current)
        current = LoopbackPlan.Segment(chunks: current.chunks)
    }
}
