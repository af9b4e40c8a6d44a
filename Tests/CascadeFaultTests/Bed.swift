import CascadeTesting
import CascadeTransport
import Foundation
import Logging
import Synchronization
import Testing

@testable import Cascade

typealias Script = LoopbackProvider.Script
typealias Fault = LoopbackProvider.Fault
typealias Format = LoopbackProvider.WireFormatName
typealias Raw = LoopbackProvider.RawResponse

/// Loopback providers and a router over them, in that order of priority: `p0`, `p1`, …
struct Bed: Sendable {
    let providers: [LoopbackProvider]
    let router: CascadeRouter
    let clock: MockClock
    let reports: Reports

    subscript(index: Int) -> LoopbackProvider { providers[index] }

    /// Collects the attempts that the router tells of.
    final class Reports: Sendable {
        private let state = Mutex<[AttemptReport]>([])
        func append(_ report: AttemptReport) { state.withLock { $0.append(report) } }
        var all: [AttemptReport] { state.withLock { $0 } }
    }
}

/// Runs `body` over a router of its own, and then sees that nothing is left of it: no transfer, no easy handle, no
/// connection, no arena, no ring, no descriptor.
func withBed(
    _ scripts: Script..., configure: (inout CascadeConfiguration) -> Void = { _ in },
    tune: (inout RouterOptions) -> Void = { _ in }, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Bed) async throws -> Void
) async throws {
    await Descriptors.warmUp()
    let before = Descriptors.open
    do {
        let remains = try await use(scripts, configure, tune, sourceLocation, body)
        await eventually("the router is gone", sourceLocation) { remains.isEmpty }
    }
    await eventually("as few descriptors as before", sourceLocation) { Descriptors.open <= before }
}

private func use(
    _ scripts: [Script], _ configure: (inout CascadeConfiguration) -> Void, _ tune: (inout RouterOptions) -> Void,
    _ sourceLocation: SourceLocation, _ body: (Bed) async throws -> Void
) async throws -> Remains {
    let providers = try scripts.map { try LoopbackProvider(script: $0, logLimit: 64) }
    var configuration = CascadeConfiguration(providers, formats: scripts.map(\.format))
    configure(&configuration)
    let clock = MockClock()
    let reports = Bed.Reports()
    var options = RouterOptions(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    options.seed = 1
    options.clock = clock
    options.onAttempt = { reports.append($0) }
    tune(&options)
    let router = try CascadeRouter(configuration: configuration, options: options)
    let bed = Bed(providers: providers, router: router, clock: clock, reports: reports)
    try await body(bed)
    await bed.end(sourceLocation)
    return Remains(router)
}

extension Bed {
    /// Every request has one end, everything that it held is free; then the router and its providers end.
    fileprivate func end(_ sourceLocation: SourceLocation) async {
        let metrics = router.metrics
        #expect(
            metrics.active == 0 && metrics.requests == metrics.answered + metrics.failed + metrics.cancelled,
            sourceLocation: sourceLocation)
        for (index, provider) in providers.enumerated() {
            let attempts = reports.all.count { $0.provider == "p\(index)" }
            #expect(provider.counters.requests <= attempts, "unseen requests", sourceLocation: sourceLocation)
        }
        #expect(router.core.admission.bytes == 0, sourceLocation: sourceLocation)
        await eventually("no transfer is open", sourceLocation) {
            router.core.loops.allSatisfy { $0.counters.openTransfers == 0 && $0.counters.runningTransfers == 0 }
        }
        #expect(clock.sleeperCount == 0, sourceLocation: sourceLocation)
        await router.shutdown()
        await eventually("every connection is closed", sourceLocation) {
            providers.allSatisfy { $0.counters.openConnections == 0 }
        }
        for provider in providers { provider.stop() }
    }
}

/// What a router was made of, seen without keeping it: a pool that is gone has had all its arenas back, and a loop that
/// is gone has freed its handles, rings and buffers.
private struct Remains: Sendable {
    private let isAlive: [@Sendable () -> Bool]

    init(_ router: CascadeRouter) {
        func watch(_ object: some AnyObject & Sendable) -> @Sendable () -> Bool {
            { [weak object] in object != nil }
        }
        let core = router.core
        isAlive = [watch(core), watch(core.arenas), watch(core.admission)] + core.loops.map { watch($0) }
    }

    var isEmpty: Bool { isAlive.allSatisfy { !$0() } }
}

/// This process's open descriptors.
enum Descriptors {
    static var all: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    }

    static var open: Int { all.count }

    /// What the runtime and the libraries open once, when they are first used, is no leak of whoever was first.
    static func warmUp() async { await first.value }

    private static let first = Task {
        guard let provider = try? LoopbackProvider(),
            let router = try? CascadeRouter(configuration: CascadeConfiguration([provider], formats: [.openai]))
        else { return }
        _ = try? await router.complete(ChatRequest("hi"))
        // Long enough that a busy machine does not find the time over before a timer is made for it.
        let clock = SystemClock()
        try? await clock.sleep(until: clock.now.advanced(by: .milliseconds(100)))
        await router.shutdown()
        provider.stop()
    }
}

/// Waits until what others do shows, and not for ever if it never does.
func eventually(
    _ what: Comment, _ sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
) async {
    let start = ContinuousClock.now
    while !condition() {
        guard start.duration(to: .now) < .seconds(10) else {
            Issue.record("never: \(what)", sourceLocation: sourceLocation)
            return
        }
        await Task.yield()
    }
}

func failure<Value>(_ body: () async throws -> Value) async -> CascadeError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? CascadeError
    }
}
