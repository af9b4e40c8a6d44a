/// What a loop's transfers share. Every size is in bytes.
public struct TransportConfiguration: Sendable, Hashable {
    /// Capacity of one transfer's ring; a power of two, or rounded up to one.
    public var ringBytes: Int
    /// The largest event, line or whole body; one that is larger ends its transfer.
    public var maxRecordBytes: Int
    /// Easy handles an endpoint keeps while they are idle, and buffers of rings that a loop keeps.
    public var maxIdle: Int
    /// Connections to one host; 0 for no limit.
    public var connectionsPerHost: Int
    /// A connection that was idle for longer is not used again; an idle loop closes it. Whole seconds, at least one.
    public var connectionMaxIdle: Duration
    /// libcurl's receive buffer, one for each running transfer.
    public var receiveBufferBytes: Int

    public init(
        ringBytes: Int = 64 * 1024,
        maxRecordBytes: Int = 64 * 1024 * 1024,
        maxIdle: Int = 64,
        connectionsPerHost: Int = 0,
        connectionMaxIdle: Duration = .seconds(40),
        receiveBufferBytes: Int = 8 * 1024
    ) {
        self.ringBytes = ringBytes
        self.maxRecordBytes = maxRecordBytes
        self.maxIdle = maxIdle
        self.connectionsPerHost = connectionsPerHost
        self.connectionMaxIdle = connectionMaxIdle
        self.receiveBufferBytes = receiveBufferBytes
    }
}

/// The six deadlines of a transfer. `nil` is none.
public struct TransferDeadlines: Sendable, Hashable {
    /// Name resolution, TCP and TLS.
    public var connect: Duration?
    /// From the request being sent to the response's header fields.
    public var responseHead: Duration?
    /// From the start to the first token that the consumer reports, or to the first of a whole body that is not blank.
    public var firstToken: Duration?
    /// Between bytes, once the header fields are there.
    public var idle: Duration?
    /// Between tokens that the consumer reports, or parts of a whole body that are not blank, once there was one.
    public var progress: Duration?
    /// The instant, in nanoseconds of the monotonic clock, at which all ends.
    public var totalAt: UInt64?

    public init(
        connect: Duration? = nil,
        responseHead: Duration? = nil,
        firstToken: Duration? = nil,
        idle: Duration? = nil,
        progress: Duration? = nil,
        totalAt: UInt64? = nil
    ) {
        self.connect = connect
        self.responseHead = responseHead
        self.firstToken = firstToken
        self.idle = idle
        self.progress = progress
        self.totalAt = totalAt
    }
}

extension Duration {
    /// Nanoseconds, at least 1 for any positive duration and saturating.
    var nanosecondsForDeadline: UInt64 {
        max(1, UInt64(clamping: min(attoseconds / 1_000_000_000, Int128(UInt64.max / 4))))
    }
}
