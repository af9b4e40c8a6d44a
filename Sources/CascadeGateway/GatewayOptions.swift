/// How a gateway serves.
public struct GatewayOptions: Sendable {
    /// An address of this machine in numbers, IPv4 or IPv6.
    public var host = "127.0.0.1"
    /// 0 takes a free one; see ``GatewayServer/port``.
    public var port: UInt16 = 8080
    /// Whether another address than loopback may be served although ``store`` holds no keys. Whoever reaches it then uses
    /// the providers' own.
    public var allowsAnyHost = false
    /// Keys, what they have used, and the providers' history. Without one no key is asked for and nothing is kept; with
    /// one that holds keys every client needs one.
    public var store: GatewayStore?
    /// How often the store is written to and looked at for changed keys: what a killed process loses is no older.
    public var storeInterval: Duration = .milliseconds(500)
    /// The largest body of a request; a larger one is answered with 413.
    public var maxBodyBytes = 32 << 20
    /// The largest head of a request, fields and all, in about as many bytes; a larger one is answered with 431. The head
    /// of an answer must fit, too: at least 4 KiB are taken. Each connection has so much memory.
    public var maxHeadBytes = 8 << 10
    /// Connections at a time, on each of the router's threads; more wait to be accepted.
    public var maxConnections = 4096
    /// Bytes that may wait for a slow client before its provider is made to wait.
    public var outboxBytes = 64 << 10
    /// How long a client of a streamed answer hears nothing before the first comment is sent to keep it waiting. With it
    /// goes the status, so that a failure after it is told within the stream.
    public var holdBeforeHeartbeat: Duration = .seconds(10)
    /// Between two such comments.
    public var heartbeat: Duration = .seconds(15)
    /// A connection on which nothing moves for so long is closed, unless its request is being worked on. Whole seconds.
    public var idleTimeout: Duration = .seconds(75)
    /// How long a client may take to send the head of a request. On a connection that has had one before it begins after
    /// ``idleTimeout``.
    public var headTimeout: Duration = .seconds(15)
    /// A client that moves less than ``leastMovedBytes`` of its body, or of an answer that waits for it, within so long is
    /// cut off, and its provider with it. Time in which the gateway has nothing for it does not count.
    public var slowTimeout: Duration = .seconds(30)
    /// See ``slowTimeout``.
    public var leastMovedBytes = 8 << 10
    /// Where requests are logged, if anywhere.
    public var accessLog: AccessLog?
    /// The process's memory, for `GET /metrics` and the dashboard, where the kernel is asked otherwise. It is called on the
    /// gateway's threads, so it must not block.
    public var memory: (@Sendable () -> GatewayMemory)?
    var memorySource: @Sendable () -> GatewayMemory { memory ?? { .fromKernel() } }
    var dashboard = DashboardOptions()

    public init() {}
}
