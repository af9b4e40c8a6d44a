import Cascade
import CascadeTesting
import Foundation
import Testing

@testable import CascadeGateway

extension GatewayTests {
    /// What the dashboard tells of the store.
    @Suite struct DashboardHistory {
        private let path = "/dashboard/history"
        private let file: StoreFile
        private let store: GatewayStore

        init() throws {
            file = try StoreFile()
            store = try file.open()
        }

        private func gateway() async throws -> GatewayFixture {
            let store = try file.open()
            return try await GatewayFixture(
                Script(),
                gateway: {
                    $0.store = store
                    $0.storeInterval = .milliseconds(10)
                    $0.dashboard.interval = .milliseconds(10)
                })
        }

        private func deeds(
            requests: Int, failures: Int = 0, cost: Double = 0, firstToken: Duration? = nil
        ) -> HistoryRecorder.Deeds {
            var deeds = HistoryRecorder.Deeds()
            deeds.requests = requests
            deeds.failures = failures
            deeds.promptTokens = 10 * requests
            deeds.completionTokens = 20 * requests
            deeds.cost = cost
            if let firstToken { deeds.firstTokens.record(firstToken) }
            return deeds
        }

        /// Requests, failures, tokens and cost of an hour.
        private func counts(_ hour: [Any]) -> [Double] {
            hour.dropFirst().prefix(5).compactMap { $0 as? Double }
        }

        @Test("Without a store there is no history, and the page is told so")
        func noStore() async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.client().get(path)
            #expect(reply.status == 404)
            #expect(reply.error["code"] as? String == "no_store")
            let client = try fixture.client()
            client.send("GET /dashboard/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try client.read(until: "\n\n").contains(#""keeps_history":false"#))
            await fixture.end()
        }

        @Test("Minutes are added up by the hour, days are as they are, and what is older is left out")
        func report() async throws {
            // In the middle of an hour, late on a day.
            let hour = 480_000 + 23
            let now = hour * 3_600 + 1_800
            let day = now / 86_400
            let places: [(minute: Int, deeds: HistoryRecorder.Deeds)] = [
                (hour * 60, deeds(requests: 2, failures: 1, cost: 0.5, firstToken: .milliseconds(100))),
                (hour * 60 + 29, deeds(requests: 1, cost: 0.25, firstToken: .milliseconds(900))),
                ((hour - 23) * 60, deeds(requests: 4)), ((hour - 23) * 60 - 1, deeds(requests: 8, cost: 8)),
                (hour * 60 - 29 * 24 * 60, deeds(requests: 16, cost: 1)),
                (hour * 60 - 30 * 24 * 60, deeds(requests: 32)),
            ]
            let (store, name) = (store, "<b>\"p\"</b>")
            let report = try await store.transaction { (connection) throws(GatewayStoreError) in
                for place in places {
                    try connection.add(place.deeds, at: HistoryRecorder.Place(minute: place.minute, provider: name))
                }
                try connection.add(places[0].deeds, at: HistoryRecorder.Place(minute: hour * 60, provider: "a"))
                return try HistoryReport(connection, now: now)
            }
            let json = try #require(
                JSONSerialization.jsonObject(with: Data(report.value(retentionHours: 7).bytes)) as? [String: Any])
            #expect(json["first_hour"] as? Int == hour - 23 && json["hour_count"] as? Int == 24)
            #expect(json["first_day"] as? Int == day - 29 && json["day_count"] as? Int == 30)
            #expect(json["retention_hours"] as? Int == 7)
            let providers = try #require(json["providers"] as? [[String: Any]])
            #expect(providers.map { $0["name"] as? String } == [name, "a"])
            let hours = try #require(providers[0]["hours"] as? [[Any]])
            #expect(hours.map { $0[0] as? Int } == [hour - 23, hour])
            #expect(counts(hours[0]) == [4, 0, 40, 80, 0])
            #expect(hours[0].suffix(2).allSatisfy { $0 is NSNull })
            #expect(counts(hours[1]) == [3, 1, 30, 60, 0.75])
            let (p50, p99) = try (#require(hours[1][6] as? Int), #require(hours[1][7] as? Int))
            #expect((90_000...110_000).contains(p50) && (850_000...950_000).contains(p99))
            #expect(providers[0]["first_token_us"] as? [Int] == [p50, p99])
            let days = try #require(providers[0]["days"] as? [[Double]])
            #expect(days[0][0] == Double(day - 29) && days[0][1] == 16)
            let requests = days.map { $0[1] }.reduce(0, +)
            #expect(requests == 31)
        }

        @Test("It goes on after a restart, and keys are told of with their limits and use, but not themselves")
        func restart() async throws {
            let made = try await store.addKey(name: "<i>alice", limits: KeyLimits(budget: 5))
            let bearer = "Authorization: Bearer \(made.secret)\r\n"
            for _ in 0..<2 {
                let fixture = try await gateway()
                #expect(try fixture.post(question(stream: true), fields: bearer).status == 200)
                await fixture.end()
            }
            let fixture = try await gateway()
            let reply = try fixture.client().get(path)
            #expect(reply.status == 200 && reply.header("content-type") == "application/json")
            #expect(reply.header("cache-control") == "no-store")
            let hours = (reply.json["providers"] as? [[String: Any]])?.first?["hours"] as? [[Any]] ?? []
            let requests = hours.compactMap { $0[1] as? Int }.reduce(0, +)
            #expect(requests == 2)
            let key = try #require((reply.json["keys"] as? [[String: Any]])?.first)
            #expect(key["name"] as? String == "<i>alice" && key["id"] as? String == made.key.id)
            #expect((key["limits"] as? [String: Any])?["daily_budget_usd"] as? Double == 5)
            // Over midnight it is another day's.
            #expect((key["today"] as? [String: Any])?["requests"] as? Int == 2 || WallTime.seconds % 86_400 < 60)
            let secret = try #require(made.secret.split(separator: "_").last)
            #expect(!reply.body.contains(secret))
            #expect(try fixture.client().post(path, "").status == 405)
            await fixture.end()
        }

        @Test("A store that is gone is told of, and the gateway goes on")
        func gone() async throws {
            let fixture = try await gateway()
            try FileManager.default.removeItem(atPath: file.path)
            let reply = try fixture.client().get(path)
            #expect(reply.status == 503)
            #expect(reply.error["code"] as? String == "store_unusable")
            #expect((reply.error["message"] as? String)?.contains("there is no store") == true)
            #expect(try fixture.post(question()).status == 200)
            await fixture.end()
        }

        @Test("Whoever watches with a key is shown no more once that is revoked")
        func revoked() async throws {
            let admin = try await store.addKey(name: "ops", isAdmin: true)
            let fixture = try await gateway()
            let client = try fixture.client()
            client.send(
                "GET /dashboard/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(admin.secret)\r\n\r\n")
            #expect(try client.read(until: "\n\n").contains(#""keeps_history":true"#))
            _ = try await store.revokeKey("ops")
            #expect(client.read().ending == .complete)
            await fixture.end()
        }
    }
}

extension KeyLimits {
    fileprivate init(budget: Double) {
        self.init()
        dailyBudgetUSD = budget
    }
}
