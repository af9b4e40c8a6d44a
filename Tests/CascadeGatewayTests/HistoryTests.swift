import CascadeTesting
import Foundation
import Testing

@testable import Cascade
@testable import CascadeGateway

extension GatewayTests {
    /// What is kept of providers' deeds.
    @Suite struct History {
        private let file: StoreFile
        private let store: GatewayStore

        init() throws {
            file = try StoreFile()
            store = try file.open()
        }

        /// Its store is written at its end, or when asked.
        private func gateway(
            _ scripts: Script..., configure: (inout CascadeConfiguration) -> Void = { _ in }
        ) async throws -> GatewayFixture {
            let store = try file.open()
            return try await GatewayFixture(
                scripts[0],
                configure: { configuration in
                    configuration.providers[0].models[0].costPerMillionInput = 1_000_000
                    configure(&configuration)
                },
                gateway: {
                    $0.store = store
                    $0.storeInterval = .seconds(3_600)
                })
        }

        /// The only provider's minutes added up: a test may go on over a minute's end.
        private func sum() async throws -> GatewayHistory.Minute? {
            let minutes = try await GatewayHistory(store).minutes(5)["p0"] ?? []
            guard var sum = minutes.first else { return nil }
            for minute in minutes.dropFirst() {
                #expect(minute.startedAt > sum.startedAt && minute.startedAt % 60 == 0)
                sum.requests += minute.requests
                sum.failures += minute.failures
                sum.promptTokens += minute.promptTokens
                sum.completionTokens += minute.completionTokens
                sum.cost += minute.cost
            }
            return sum
        }

        @Test("Requests, failures, tokens and cost are kept, and added to after a restart")
        func kept() async throws {
            var fixture = try await gateway(Script())
            #expect(try fixture.post(question()).status == 200)
            #expect(try fixture.post(question(stream: true)).status == 200)
            fixture.providers[0].setScript(Script(fault: .status(500)))
            #expect(try fixture.post(question()).status == 502)
            await fixture.end()
            var sum = try #require(try await sum())
            #expect(sum.requests == 3 && sum.failures == 1)
            #expect(sum.promptTokens == 2 * Script.promptTokens)
            #expect(sum.completionTokens == 2 * Script().completionTokens)
            #expect(sum.cost == Double(2 * Script.promptTokens))
            #expect(sum.timeToFirstToken?.count == 1)
            let first = try #require(sum.timeToFirstToken)
            #expect(first.p50 > .zero && first.p50 == first.p99)
            fixture = try await gateway(Script())
            #expect(try fixture.post(question(stream: true)).status == 200)
            await fixture.end()
            sum = try #require(try await self.sum())
            #expect(sum.requests == 4 && sum.failures == 1)
            let days = try await GatewayHistory(store).providerDays(2)
            #expect(days.map(\.requests).reduce(0, +) == 4)
            #expect(try await GatewayHistory(store).keyDays(2).isEmpty)
        }

        @Test("What the router has spent today counts after a restart")
        func budget() async throws {
            let spend = { (configuration: inout CascadeConfiguration) in
                configuration.costTracking.enabled = true
                configuration.costTracking.budgetDailyUSD = 5
            }
            var fixture = try await gateway(Script(), configure: spend)
            #expect(try fixture.post(question()).status == 200)
            let spent = fixture.router.metrics.spentToday
            #expect(spent == Double(Script.promptTokens))
            await fixture.end()
            fixture = try await gateway(Script(), configure: spend)
            // Over midnight it is another day's.
            #expect(fixture.router.metrics.spentToday == spent || WallTime.seconds % 86_400 < 60)
            await fixture.end()
        }

        @Test("What could not be written is written later, once")
        func failing() async throws {
            let fixture = try await gateway(Script())
            let options = GatewayOptions(store: try file.open())
            let keeper = try #require(try await StoreKeeper.open(options, router: fixture.router))
            #expect(try fixture.post(question()).status == 200)
            try await store.perform { (connection) throws(GatewayStoreError) in
                try connection.script("ALTER TABLE provider_minute RENAME TO elsewhere")
            }
            await keeper.tick()
            #expect(try fixture.post(question()).status == 200)
            await keeper.tick()
            try await store.perform { (connection) throws(GatewayStoreError) in
                try connection.script("ALTER TABLE elsewhere RENAME TO provider_minute")
            }
            #expect(try await sum() == nil)
            for _ in 0..<2 {
                await keeper.tick()
                #expect(try await sum()?.requests == 2)
            }
            await fixture.end()
        }

        @Test("What is older than the configuration keeps it is forgotten, when that is due")
        func purge() async throws {
            let now = WallTime.seconds / 60
            let minutes = [now - 61, now - 58, now]
            let fill = { @Sendable (connection: StoreConnection) throws(GatewayStoreError) in
                for minute in minutes {
                    var deeds = HistoryRecorder.Deeds()
                    deeds.requests = 1
                    try connection.add(deeds, at: HistoryRecorder.Place(minute: minute, provider: "p0"))
                }
            }
            try await store.transaction(fill)
            let fixture = try await gateway(Script()) {
                $0.metrics.retentionHours = 1
                $0.metrics.purgeIntervalHours = 1
            }
            let keeper = try #require(
                try await StoreKeeper.open(GatewayOptions(store: store), router: fixture.router))
            await keeper.tick()
            #expect(try await GatewayHistory(store).minutes(120)["p0"]?.map { $0.startedAt / 60 } == [now - 58, now])
            try await store.transaction(fill)
            await keeper.tick()
            #expect(try await GatewayHistory(store).minutes(120)["p0"]?.count == 3)
            await fixture.end()
        }

        @Test("Counts that begin anew are not taken for less")
        func newCounts() {
            func sample(_ requests: Int) -> ProviderSample {
                ProviderSample(
                    name: "p", requests: requests, failures: 0, promptTokens: 10 * requests, completionTokens: 0,
                    cost: 0, firstTokens: LatencyBuckets())
            }
            var recorder = HistoryRecorder([sample(5)])
            for requests in [5, 7, 2] { recorder.take([sample(requests)], minute: 1) }
            let deeds = recorder.unsaved[HistoryRecorder.Place(minute: 1, provider: "p")]
            #expect(deeds?.requests == 4 && deeds?.promptTokens == 40)
            recorder.saved()
            recorder.take([sample(2)], minute: 2)
            #expect(recorder.unsaved.isEmpty)
        }

        @Test("Steps of latencies come back from the store as they were")
        func blob() {
            var buckets = LatencyBuckets()
            buckets.add(0x0102_0304, to: 0)
            buckets.add(7, to: LatencyBuckets.count - 1)
            #expect(LatencyBuckets(blob: buckets.blob) == buckets)
            #expect(LatencyBuckets(blob: []) == LatencyBuckets())
            #expect(LatencyBuckets(blob: [1, 2, 3, 4]) == LatencyBuckets())
        }

        @Test("A killed gateway loses less than a second")
        func interval() {
            #expect(GatewayOptions().storeInterval < .seconds(1))
        }
    }
}

extension GatewayOptions {
    fileprivate init(store: GatewayStore) {
        self.init()
        self.store = store
    }
}
