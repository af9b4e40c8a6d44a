internal import CascadeTransport

/// The time that the router's policy goes by; a test brings its own.
public protocol RouterClock: Sendable {
    /// Monotonic.
    var now: Instant { get }
    /// Whole days since 1970 in UTC, for the daily budget.
    var day: Int { get }
    /// Returns at `instant`; throws `CancellationError` when the task is cancelled first.
    func sleep(until instant: Instant) async throws
}

/// The system's monotonic clock.
public struct SystemClock: RouterClock {
    public init() {}

    public var now: Instant { Instant(nanoseconds: EventLoop.now) }

    public var day: Int { WallClock.secondsSince1970 / 86_400 }

    public func sleep(until instant: Instant) async throws {
        try await Task.sleep(for: now.duration(to: instant), tolerance: .milliseconds(1))
    }
}
