internal import CCascadeTransport

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How a transfer ended, and when it reached each stage.
public struct TransferOutcome: Sendable, Hashable {
    /// `nil` when the HTTP exchange ended as its framing allows. That says nothing about the content: a body cut off by
    /// a clean close looks the same, and only the format's own terminal marker tells.
    public var failure: TransferFailure?
    /// The request went out on a connection that had served one before.
    public var isReusedConnection: Bool
    /// The request, or a part of it, was sent.
    public var isSent: Bool
    /// Bytes of the body that came.
    public var bodyBytes: UInt64
    /// Instants of the monotonic clock in nanoseconds; 0 where the transfer never got there.
    public var startedAt: UInt64
    public var connectedAt: UInt64
    public var headAt: UInt64
    public var endedAt: UInt64
}

/// Why an HTTP exchange failed, whatever the provider meant to say.
public struct TransferFailure: Error, Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The host's name could not be resolved.
        case resolve
        /// No connection: refused, unreachable.
        case connect
        /// The TLS handshake failed.
        case tls
        /// The certificate is not trusted.
        case certificate
        /// A reused connection died before any byte of an answer; the request may or may not have been processed.
        case staleConnection = "stale_connection"
        /// A fresh connection was closed before any byte of an answer.
        case noResponse = "no_response"
        /// The connection was reset or broke.
        case reset
        /// The body ended short of what its framing announced, or within its header fields.
        case cut
        /// What came is not HTTP, or broke its rules.
        case protocolError = "protocol_error"
        /// An HTTP/2 server went away before it processed the request.
        case goneAway = "gone_away"
        /// Header fields, an event or the body passed a cap.
        case tooLarge = "too_large"
        /// The URL is not one.
        case invalidURL = "invalid_url"
        case connectTimeout = "connect_timeout"
        case headTimeout = "head_timeout"
        case firstTokenTimeout = "first_token_timeout"
        case idleTimeout = "idle_timeout"
        case progressTimeout = "progress_timeout"
        case totalTimeout = "total_timeout"
        case cancelled
        /// The loop was shut down.
        case shutdown
        /// This process is short of descriptors or memory; the provider is not to blame.
        case local
    }

    public var kind: Kind
    /// libcurl's words or our own: may name the host, never a header field or a key.
    public var message: String

    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

extension TransferOutcome {
    init(_ outcome: casc_outcome) {
        failure = TransferFailure(outcome)
        isReusedConnection = outcome.reused
        isSent = outcome.sent
        bodyBytes = outcome.body_bytes
        startedAt = outcome.started_at
        connectedAt = outcome.connected_at
        headAt = outcome.head_at
        endedAt = outcome.ended_at
    }
}

extension TransferFailure {
    init?(_ outcome: casc_outcome) {
        switch casc_end(UInt32(outcome.end)) {
        case CASC_END_COMPLETED: return nil
        // The limit is this process's own; the provider was never asked.
        case CASC_END_DEADLINE where outcome.queued:
            self.init(
                kind: .local,
                message: "no connection to the host was free in time; raise CASCADE_CONNECTIONS_PER_HOST")
        case CASC_END_DEADLINE: self.init(deadline: casc_deadline(UInt32(outcome.deadline)))
        case CASC_END_CANCELLED: self.init(kind: .cancelled, message: "cancelled")
        case CASC_END_TOO_LARGE: self.init(kind: .tooLarge, message: "the response is larger than allowed")
        case CASC_END_CUT_HEAD: self.init(kind: .cut, message: "the response ended within its header fields")
        case CASC_END_NO_MEMORY: self.init(kind: .local, message: "out of memory")
        case CASC_END_SHUTDOWN: self.init(kind: .shutdown, message: "the router was shut down")
        default: self.init(curl: outcome)
        }
    }

    private init(deadline: casc_deadline) {
        switch deadline {
        case CASC_DEADLINE_CONNECT: self.init(kind: .connectTimeout, message: "no connection in time")
        case CASC_DEADLINE_HEAD: self.init(kind: .headTimeout, message: "no response in time")
        case CASC_DEADLINE_FIRST_TOKEN: self.init(kind: .firstTokenTimeout, message: "no first token in time")
        case CASC_DEADLINE_IDLE: self.init(kind: .idleTimeout, message: "the response stalled")
        case CASC_DEADLINE_PROGRESS: self.init(kind: .progressTimeout, message: "the response made no progress")
        default: self.init(kind: .totalTimeout, message: "the deadline passed")
        }
    }

    /// Which limit was met, for whoever has to raise it.
    private static func descriptorShortage(_ error: Int32) -> String {
        switch error {
        case EMFILE: "this process may open no more descriptors; raise its limit (ulimit -n)"
        case ENFILE: "this system may open no more descriptors; raise its limit (fs.file-max)"
        default: "no descriptor could be opened (errno \(error))"
        }
    }

    private init(curl outcome: casc_outcome) {
        var outcome = outcome
        let message = unsafe withUnsafeBytes(of: &outcome.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        // A lack of descriptors is this process's fault, though curl calls it a refusal or an unknown host.
        if outcome.os_error != 0 {
            self.init(kind: .local, message: Self.descriptorShortage(outcome.os_error))
        } else {
            var kind = Kind(curl: outcome)
            // libcurl's code for a broken chunk is that of a broken connection.
            if kind == .reset, message.contains("chunk") { kind = .protocolError }
            self.init(kind: kind, message: kind.message ?? message)
        }
    }
}

extension TransferFailure.Kind {
    /// Where libcurl's own words would tell of something else.
    fileprivate var message: String? {
        switch self {
        case .cut: "the connection closed within the body"
        case .staleConnection: "the kept connection had died, or had something to say before it was asked"
        case .goneAway: "the server went away before it took the request"
        default: nil
        }
    }

    /// What libcurl's code means depends on how far the exchange had come.
    init(curl outcome: casc_outcome) {
        switch outcome.curl_code {
        // Stopped before anything was sent on it.
        case 42 where outcome.reused && !outcome.sent: self = .staleConnection
        case 5, 6, 7, 28, 35, 42, 60, 65:
            self = outcome.sent ? Self(replaying: outcome) : Self(connecting: outcome.curl_code)
        case 3: self = .invalidURL
        case 16: self = outcome.head_at != 0 ? .reset : .goneAway
        case 18, 52, 55, 56, 92: self.init(broken: outcome)
        // libcurl says "out of memory" for a header line that is too long.
        case 27: self = outcome.sent ? .tooLarge : .local
        case 51, 58, 59, 66, 77, 80, 82, 83, 90, 91: self = .certificate
        default: self = .protocolError
        }
    }

    private init(connecting code: Int32) {
        switch code {
        case 5, 6: self = .resolve
        case 28: self = .connectTimeout
        case 35: self = .tls
        case 60: self = .certificate
        default: self = .connect
        }
    }

    /// No connection, and yet the request went out: libcurl was about to send it again on another, and was stopped.
    private init(replaying outcome: casc_outcome) {
        if outcome.head_at != 0 {
            self = .cut
        } else {
            // A reused one died. On a fresh one it is HTTP/2 that said that the request was not taken.
            self = outcome.reused ? .staleConnection : .goneAway
        }
    }

    /// The connection or the stream ended too soon.
    private init(broken outcome: casc_outcome) {
        if !outcome.sent {
            // While a proxy was asked, say.
            self = .connect
        } else if !outcome.answered && outcome.reused {
            self = .staleConnection
        } else {
            switch outcome.curl_code {
            case 55, 56: self = .reset
            default: self = outcome.answered ? .cut : .noResponse
            }
        }
    }
}
