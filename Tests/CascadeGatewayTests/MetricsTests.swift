import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayFixture {
    func metrics(sourceLocation: SourceLocation = #_sourceLocation) throws -> PrometheusPage {
        let reply = try client().get("/metrics")
        #expect(reply.status == 200, sourceLocation: sourceLocation)
        #expect(
            reply.header("content-type") == "text/plain; version=0.0.4; charset=utf-8", sourceLocation: sourceLocation)
        #expect(!reply.body.contains(Self.plantedKey), sourceLocation: sourceLocation)
        return try PrometheusPage(reply.body)
    }

    /// What was answered is counted once its last byte has left, which a client may know before. Requests for this page
    /// are not among them.
    func metrics(after count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws -> PrometheusPage {
        var page = try metrics(sourceLocation: sourceLocation)
        let start = ContinuousClock.now
        while page.counted < Double(count), start.duration(to: .now) < .seconds(20) {
            try await Task.sleep(for: .milliseconds(5))
            page = try metrics(sourceLocation: sourceLocation)
        }
        #expect(page.counted == Double(count), sourceLocation: sourceLocation)
        return page
    }
}

extension PrometheusPage {
    fileprivate var counted: Double {
        let name = "http_server_request_duration_seconds_count"
        return sum(name) - sum(name, ["http_route": "/metrics"])
    }
}

extension GatewayTests {
    @Suite struct Metrics {
        @Test("Requests, attempts, fallbacks, tokens, cost and times are counted")
        func counts() async throws {
            let script = Script()
            let fixture = try await GatewayFixture(Script(fault: .status(500)), script) { configuration in
                configuration.providers[1].models[0].costPerMillionInput = 1_000_000
                configuration.providers[1].models[0].costPerMillionOutput = 2_000_000
            }
            let before = try fixture.metrics()
            #expect(before["cascade_requests_total", ["outcome": "answered"]] == 0)
            #expect(try fixture.post(question()).status == 200)
            #expect(try fixture.post(question(stream: true)).events.last == "[DONE]")
            let page = try await fixture.metrics(after: 2)
            #expect(page["cascade_requests_total", ["outcome": "answered"]] == 2)
            #expect(page["cascade_requests_active"] == 0)
            #expect(page["cascade_fallbacks_total"] == 2)
            #expect(page["cascade_attempts_total", ["provider": "p0", "class": "transient"]] == 2)
            #expect(page["cascade_attempts_total", ["provider": "p0", "class": "answered"]] == 0)
            #expect(page["cascade_attempts_total", ["provider": "p1", "class": "answered"]] == 2)

            let labels = ["provider": "p1", "gen_ai_provider_name": "openai", "gen_ai_operation_name": "chat"]
            let tokens = { page.sum("gen_ai_client_token_usage_sum", ["provider": "p1", "gen_ai_token_type": $0]) }
            #expect(tokens("output") == Double(2 * script.completionTokens))
            #expect(tokens("input") > 0)
            let cost = tokens("input") + 2 * tokens("output")
            #expect(abs(page.sum("cascade_cost_usd_total", ["provider": "p1"]) - cost) < 1e-6)
            #expect(abs(page.sum("cascade_spent_today_usd") - cost) < 1e-6)
            #expect(page.sum("gen_ai_client_operation_duration_seconds_count", labels) == 2)
            #expect(page.sum("gen_ai_client_operation_time_to_first_chunk_seconds_count", labels) == 1)

            let asked = [
                "http_request_method": "POST", "http_route": GatewayFixture.path, "http_response_status_code": "200",
            ]
            #expect(page.sum("http_server_request_duration_seconds_count", asked) == 2)
            #expect(page.sum("gen_ai_server_time_to_first_token_seconds_count") == 1)
            #expect(page["cascade_overhead_seconds_count"] == 2)
            #expect(page["cascade_exchanges_total", ["outcome": "cut"]] == 0)
            #expect(page.sum("cascade_sent_bytes_total") > 100)
            #expect(page.sum("cascade_received_bytes_total") == Double(question().utf8.count * 2 - 1))
            #expect(page["http_server_active_requests"] == 1)
            #expect(page.sum("process_cpu_seconds_total") > 0)
            let start = page.sum("process_start_time_seconds")
            #expect(abs(start - Date.now.timeIntervalSince1970) < 86_400)
            await fixture.end()
        }

        @Test("An open circuit and a pause that a provider asked for are shown")
        func standing() async throws {
            let fixture = try await GatewayFixture(
                Script(fault: .status(500)), Script(fault: .rateLimit(retryAfter: .seconds(40))), Script()
            ) {
                $0.cascade.circuitBreaker.failureThreshold = 1
            }
            #expect(try fixture.post(question()).status == 200)
            let page = try fixture.metrics()
            #expect(page["cascade_circuit_state", ["provider": "p0", "state": "open"]] == 1)
            #expect(page["cascade_circuit_state", ["provider": "p0", "state": "closed"]] == 0)
            #expect(page["cascade_circuit_state", ["provider": "p2", "state": "closed"]] == 1)
            let pause = try #require(page["cascade_cooldown_seconds", ["provider": "p1"]])
            #expect(pause > 20 && pause < 60)
            #expect(page["cascade_cooldown_seconds", ["provider": "p2"]] == 0)
            #expect(page["cascade_attempts_total", ["provider": "p1", "class": "throttle"]] == 1)
            fixture.router.setEnabled("p2", false)
            #expect(try fixture.metrics()["cascade_provider_enabled", ["provider": "p2"]] == 0)
            await fixture.end()
        }

        @Test("What is held for requests under way is shown while they are")
        func held() async throws {
            let fixture = try await GatewayFixture(Script(fault: .stall(afterChunks: 2)))
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client?.read(until: "from ")
            let page = try fixture.metrics()
            #expect(page["cascade_requests_active"] == 1)
            #expect(page["cascade_attempts_active", ["provider": "p0"]] == 1)
            #expect(page["cascade_upstream_transfers"] == 1)
            #expect(page["http_server_active_requests"] == 2)
            #expect(page["cascade_client_connections"] == 2)
            #expect(page.sum("cascade_held_bytes", ["kind": "rings"]) > 0)
            #expect(page.sum("cascade_admitted_bytes") > 0)
            client = nil
            await eventually { fixture.router.metrics.active == 0 }
            let after = try await fixture.metrics(after: 1)
            #expect(after["cascade_exchanges_total", ["outcome": "client_gone"]] == 1)
            #expect(after["cascade_attempts_total", ["provider": "p0", "class": "cancel"]] == 1)
            #expect(after["cascade_requests_total", ["outcome": "cancelled"]] == 1)
            #expect(after.sum("cascade_admitted_bytes") == 0)
            await fixture.end()
        }

        @Test("Names of providers are escaped, and what clients make up makes no series")
        func labels() async throws {
            let name = #"a "quoted" \ name"#
            let fixture = try await GatewayFixture(Script()) { $0.providers[0].name = name }
            let client = try fixture.client()
            let known = try fixture.metrics().values.count
            for index in 0..<40 {
                #expect(client.get("/made/up/\(index)").status == 404)
                #expect(client.get("/v1/models/\(index)").status == 404)
            }
            client.send("BREW /v1/pot-\(UUID()) HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(client.read().status == 404)
            let page = try await fixture.metrics(after: 81)
            #expect(page["cascade_attempts_total", ["provider": name, "class": "answered"]] == 0)
            // Three kinds of requests, and those for the page itself.
            #expect(page.values.count <= known + 4 * 24)
            #expect(page.sum("http_server_request_duration_seconds_count", ["http_route": "other"]) == 41)
            #expect(page.sum("http_server_request_duration_seconds_count", ["http_request_method": "_OTHER"]) == 1)
            await fixture.end()
        }

        @Test("The counts of several loops are summed up, and memory is what the host tells")
        func sums() async throws {
            var tuning = Tuning()
            tuning.ioThreads = 3
            let fixture = try await GatewayFixture(
                Script(), tuning: tuning,
                gateway: {
                    $0.memory = {
                        var memory = GatewayMemory()
                        memory.allocator = GatewayMemory.Allocator(
                            allocated: 1, active: 2, metadata: 3, resident: 4, mapped: 5, retained: 6)
                        memory.resident = 7
                        return memory
                    }
                })
            for _ in 0..<24 { #expect(try fixture.post(question()).status == 200) }
            let page = try await fixture.metrics(after: 24)
            #expect(page.sum("http_server_request_duration_seconds_count", ["http_route": GatewayFixture.path]) == 24)
            #expect(page["jemalloc_allocated_bytes"] == 1)
            #expect(page["jemalloc_retained_bytes"] == 6)
            #expect(page["process_resident_memory_bytes"] == 7)
            #expect(page["process_peak_resident_memory_bytes"] == nil)
            await fixture.end()
        }

        @Test("A configuration that could not be read is told of until one could")
        func reloads() async throws {
            let fixture = try await GatewayFixture(Script())
            let start = try fixture.metrics().sum("cascade_config_last_reload_success_timestamp_seconds")
            #expect(try fixture.metrics()["cascade_config_last_reload_successful"] == 1)
            fixture.gateway.noteReload(succeeded: false)
            #expect(try fixture.metrics()["cascade_config_last_reload_successful"] == 0)
            #expect(try fixture.metrics().sum("cascade_config_last_reload_success_timestamp_seconds") == start)
            fixture.gateway.noteReload(succeeded: true)
            #expect(try fixture.metrics()["cascade_config_last_reload_successful"] == 1)
            await fixture.end()
        }

        @Test(
            "The reader of these tests lets no malformed page pass",
            arguments: [
                "a 1\n", "# HELP a x\n# TYPE a gauge\na 1", "# HELP a x\n# TYPE a gauge\na one\n",
                "# HELP a x\n# TYPE a gauge\na 1\na 2\n", "# HELP a x\n# TYPE a counter\na 1\n",
                "# HELP a x\n# TYPE a gauge\na{b=\"\\t\"} 1\n", "# HELP a x\n# TYPE a gauge\na{b=\"c} 1\n",
                "# HELP a x\n# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n", "# HELP a x\n# TYPE a gauge\na{1=\"c\"} 1\n",
                "# HELP a x\n# TYPE a gauge\nb 1\n", "# HELP a x\n# TYPE a gauge\na 1\n\n", "# note\n",
                "# HELP a x\n# TYPE a gauge\na 1 \n", "# HELP a x\n# TYPE a gauge\na 1\n# HELP a x\n",
                "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
                "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
                "# HELP h x\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 1\n",
            ])
        func reader(_ page: String) {
            #expect(throws: PrometheusPage.Problem.self) { try PrometheusPage(page) }
        }
    }
}
