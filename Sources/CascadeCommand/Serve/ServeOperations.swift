internal import Cascade
internal import CascadeGateway
internal import CascadeMemory
internal import Logging

/// What goes on beside a gateway that serves: its configuration file and its access log are looked after.
struct ServeOperations {
    let router: CascadeRouter
    let source: ConfigurationSource
    let accessLog: AccessLog?
    let logger: Logger
    let hangUps: AsyncStream<Void>

    /// How often the configuration file is looked at.
    private static let interval = Duration.seconds(1)

    /// Runs until the task is cancelled.
    func start(for gateway: GatewayServer) -> Task<Void, Never> {
        let reloader = ConfigurationReloader(router: router, source: source, logger: logger) { isInUse in
            gateway.noteReload(succeeded: isInUse)
        }
        let (accessLog, hangUps) = (accessLog, hangUps)
        return Task.detached {
            async let watching: Void = reloader.watch(every: Self.interval, clock: .continuous)
            for await _ in hangUps {
                accessLog?.reopen()
                await reloader.reloadOnRequest()
            }
            await watching
        }
    }

    /// Unlike other commands' logs this one tells of what went well, too, unless `CASCADE_LOG_LEVEL` says otherwise.
    static func logger(_ tuning: Tuning) -> Logger {
        let isChosen = ConfigurationOptions.environment["CASCADE_LOG_LEVEL"]?.isEmpty == false
        let level = isChosen ? Logger.Level(rawValue: tuning.logLevel) ?? .notice : .notice
        return Logger(label: "cascade.serve") { _ in ConsoleLog(logLevel: level) }
    }
}

extension GatewayMemory {
    /// Of this process.
    static var current: GatewayMemory {
        var memory = GatewayMemory()
        memory.allocator = MemoryStatistics.current.map { statistics in
            Allocator(
                allocated: statistics.allocated, active: statistics.active, metadata: statistics.metadata,
                resident: statistics.resident, mapped: statistics.mapped, retained: statistics.retained)
        }
        let process = ProcessMemory.current
        memory.resident = process?.resident
        memory.peakResident = process?.peakResident
        return memory
    }
}
