internal import Cascade
internal import Logging

/// Takes a changed configuration file into use while the gateway serves. What cannot be used is told, and the
/// configuration in use stays; the variables of the environment are those that the process began with.
actor ConfigurationReloader {
    private let router: CascadeRouter
    /// `nil` where the environment decided.
    private let path: String?
    private let logger: Logger
    private let onReload: @Sendable (Bool) -> Void
    private var taken: ConfigurationFileStamp?

    /// - Parameter onReload: Told whether a configuration that was read is in use.
    init(
        router: CascadeRouter, source: ConfigurationSource, logger: Logger,
        onReload: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        self.router = router
        self.logger = logger
        self.onReload = onReload
        if case .file(let path) = source { self.path = path } else { path = nil }
        taken = self.path.flatMap(ConfigurationFileStamp.init)
    }

    /// Reads the file, whether or not it has changed.
    func reloadOnRequest() {
        guard let path else {
            logger.notice("there is no configuration file to read again: the environment decides")
            return
        }
        reload(path, isAskedFor: true)
    }

    /// Looks after the file until the task is cancelled. A file is read once it has not changed between two looks, so
    /// that none is read while it is being written.
    func watch(every interval: Duration, clock: any Clock<Duration>) async {
        guard let path else { return }
        var last = taken
        while (try? await clock.sleep(for: interval)) != nil {
            let now = ConfigurationFileStamp(path: path)
            if let now, now == last, now != taken { reload(path, isAskedFor: false) }
            last = now
        }
    }

    private func reload(_ path: String, isAskedFor: Bool) {
        taken = ConfigurationFileStamp(path: path)
        do {
            let new = try CascadeConfiguration.load(path: path, environment: ConfigurationOptions.environment)
            let changes = ConfigurationChanges.describe(from: router.configuration, to: new)
            guard !changes.isEmpty else {
                if isAskedFor { logger.notice("the configuration is the one in use", metadata: ["file": "\(path)"]) }
                return onReload(true)
            }
            try router.reload(new)
            logger.notice(
                "new configuration in use",
                metadata: ["file": "\(path)", "changes": "\(changes.joined(separator: "; "))"])
            onReload(true)
        } catch {
            tell(error)
            onReload(false)
        }
    }

    private func tell(_ error: any Error) {
        switch error {
        case let error as ConfigurationError:
            for diagnostic in error.diagnostics { logger.error("\(diagnostic)") }
        case let error as CascadeError: logger.error("\(error.message)")
        default: logger.error("\(error)")
        }
        logger.error("the configuration cannot be used, and the one in use stays")
    }
}
