import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

/// A folder for a log, and what is in it.
private final class LogFolder {
    let folder: URL
    var path: String { folder.appending(path: "access.log").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "cascade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func text(_ name: String = "access.log") -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    /// Each line is one object.
    func lines(_ name: String = "access.log") throws -> [[String: Any]] {
        let text = text(name)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return try text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }
}

extension GatewayTests {
    @Suite struct AccessLogs {
        private func fixture(
            _ scripts: Script, log: AccessLog, gateway: (inout GatewayOptions) -> Void = { _ in }
        ) async throws -> GatewayFixture {
            try await GatewayFixture(
                scripts,
                gateway: {
                    $0.accessLog = log
                    gateway(&$0)
                })
        }

        @Test("A line tells who was asked by whom for what, and neither prompt nor answer nor key")
        func lines() async throws {
            let folder = try LogFolder()
            let log = try AccessLog(path: folder.path)
            let script = Script()
            let fixture = try await fixture(script, log: log)
            let client = try fixture.client()
            let parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
            let secret = "Authorization: Bearer \(GatewayFixture.plantedKey)\r\n"
            let body = question().replacingOccurrences(of: "why?", with: "the-prompt")
            let first = client.post(GatewayFixture.path, body, fields: parent + secret + "x-request-id: mine\r\n")
            #expect(first.status == 200)
            #expect(client.post(GatewayFixture.path, question(stream: true)).events.last == "[DONE]")
            #expect(client.post(GatewayFixture.path, "{").status == 400)
            #expect(client.get("/nowhere?key=\(GatewayFixture.plantedKey)").status == 404)
            await fixture.end()
            await log.close()

            let lines = try folder.lines()
            #expect(lines.count == 4)
            let whole = lines[0]
            #expect(whole["request_id"] as? String == "mine")
            #expect(whole["trace_id"] as? String == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(whole["client"] as? String == "127.0.0.1")
            #expect(whole["method"] as? String == "POST")
            #expect(whole["path"] as? String == GatewayFixture.path)
            #expect(whole["status"] as? Int == 200)
            #expect(whole["outcome"] as? String == "complete")
            #expect(whole["provider"] as? String == "p0")
            #expect(whole["model"] as? String == "p0-model")
            #expect(whole["attempts"] as? Int == 1)
            #expect(whole["output_tokens"] as? Int == script.completionTokens)
            #expect(whole["bytes_in"] as? Int == body.utf8.count)
            #expect(whole["bytes_out"] as? Int == first.raw.count)
            #expect(whole["ttft_ms"] == nil)
            let time = try #require(whole["time"] as? String)
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            #expect(abs(try Date(time, strategy: style).timeIntervalSinceNow) < 3_600)
            #expect(whole["duration_ms"] as? Double != nil)

            let streamed = lines[1]
            #expect(try #require(streamed["ttft_ms"] as? Double) <= (streamed["duration_ms"] as? Double ?? 0))
            #expect(streamed["output_tokens"] as? Int == script.completionTokens)
            #expect(streamed["provider"] as? String == "p0")
            #expect(lines[2]["status"] as? Int == 400)
            #expect(lines[2]["provider"] == nil)
            #expect(lines[3]["path"] as? String == "/nowhere")
            for hidden in [GatewayFixture.plantedKey, "the-prompt", script.expectedText] {
                #expect(!folder.text().contains(hidden))
            }
            #expect(log.dropped == 0)
        }

        @Test("A line tells how an answer ended that did not end well")
        func outcomes() async throws {
            let folder = try LogFolder()
            let log = try AccessLog(path: folder.path)
            let cut = try await fixture(Script(fault: .truncate(afterChunks: 3)), log: log)
            _ = try cut.post(question(stream: true))
            await cut.end()

            let gone = try await fixture(Script(fault: .stall(afterChunks: 2)), log: log)
            for isStreamed in [true, false] {
                var client: HTTPClient? = try gone.client()
                client?.send(HTTPClient.post(GatewayFixture.path, question(stream: isStreamed)))
                #expect(await gone.providers[0].waitForRequests(isStreamed ? 1 : 2))
                if isStreamed { _ = try client?.read(until: "from ") }
                client = nil
                await eventually { gone.router.metrics.active == 0 }
            }
            await gone.end()

            let stopped = try await fixture(Script(fault: .stall(afterChunks: 2)), log: log)
            let client = try stopped.client()
            client.send(HTTPClient.post(GatewayFixture.path, question(stream: true)))
            _ = try client.read(until: "from ")
            await stopped.gateway.shutdown()
            await stopped.end()

            let failed = try await fixture(Script(fault: .status(500)), log: log)
            #expect(try failed.post(question()).status == 502)
            await failed.end()
            await log.close()

            let lines = try folder.lines()
            let outcomes = lines.map { $0["outcome"] as? String }
            #expect(outcomes == ["cut", "client_gone", "client_gone", "stopped", "complete"])
            #expect(lines.map { $0["status"] as? Int } == [200, 200, 499, 200, 502])
            #expect(lines.map { $0["attempts"] as? Int } == [1, 1, 1, 1, 1])
            #expect(lines.allSatisfy { $0["provider"] as? String == "p0" })
        }

        @Test("A failure after a comment is logged as cut, and as late as it came")
        func lateFailure() async throws {
            let folder = try LogFolder()
            let log = try AccessLog(path: folder.path)
            let fixture = try await GatewayFixture(
                Script(fault: .noAnswer),
                configure: { $0.cascade.deadline = .milliseconds(200) },
                gateway: {
                    $0.holdBeforeHeartbeat = .milliseconds(20)
                    $0.accessLog = log
                })
            #expect(try fixture.post(question(stream: true)).status == 200)
            await fixture.end()
            await log.close()
            let line = try #require(folder.lines().first)
            #expect(line["outcome"] as? String == "cut")
            #expect(line["provider"] as? String == "p0")
            #expect(line["ttft_ms"] == nil)
        }

        @Test("A log that was renamed goes on in a new file, without losing a line")
        func reopening() async throws {
            let folder = try LogFolder()
            let log = try AccessLog(path: folder.path)
            let fixture = try await fixture(Script(), log: log)
            let client = try fixture.client()
            #expect(client.get("/v1/models").status == 200)
            await eventually { !folder.text().isEmpty }
            try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + ".1")
            #expect(client.get("/healthz").status == 200)
            await eventually { folder.text("access.log.1").contains("/healthz") }
            log.reopen()
            await eventually { FileManager.default.fileExists(atPath: folder.path) }
            #expect(client.get("/readyz").status == 200)
            await fixture.end()
            await log.close()
            #expect(try folder.lines("access.log.1").map { $0["path"] as? String } == ["/v1/models", "/healthz"])
            #expect(try folder.lines().map { $0["path"] as? String } == ["/readyz"])
        }

        @Test("A log that cannot be opened is refused; one that cannot be opened anew keeps its file, and tells")
        func refusals() async throws {
            let folder = try LogFolder()
            #expect(throws: GatewayError.self) { try AccessLog(path: folder.folder.path) }
            #expect(throws: GatewayError.self) { try AccessLog(path: folder.path + "/none/access.log") }
            let pipe = folder.folder.appending(path: "pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: GatewayError.self) { try AccessLog(path: pipe) }
            let (problems, told) = AsyncStream<String>.makeStream()
            let log = try AccessLog(path: folder.path) { told.yield($0) }
            let fixture = try await fixture(Script(), log: log)
            try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + ".1")
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
            log.reopen()
            for await problem in problems {
                #expect(problem.contains("that is a folder"))
                break
            }
            #expect(try fixture.client().get("/healthz").status == 200)
            await fixture.end()
            await log.close()
            #expect(try folder.lines("access.log.1").count == 1)
        }

        @Test("A full disk loses lines, which are counted and told once, and no request")
        func fullDisk() async throws {
            let (problems, told) = AsyncStream<String>.makeStream()
            let log = try AccessLog(path: "/dev/full") { told.yield($0) }
            let fixture = try await fixture(Script(), log: log)
            let client = try fixture.client()
            #expect(client.get("/healthz").status == 200)
            await eventually { log.dropped == 1 }
            #expect(client.get("/healthz").status == 200)
            await eventually { log.dropped == 2 }
            await fixture.end()
            await log.close()
            told.finish()
            var all: [String] = []
            for await problem in problems { all.append(problem) }
            #expect(all == ["lines of the access log are lost: no space is left"])
        }

        @Test("What nobody reads is dropped and counted; no request waits for it, and no end")
        func dropping() async throws {
            let folder = try LogFolder()
            #expect(mkfifo(folder.path, 0o600) == 0)
            // Open for both, or the log would wait for a reader.
            let pipe = try FileHandle(forUpdating: URL(filePath: folder.path))
            let log = try AccessLog(path: folder.path, maxWaitingBytes: 16 << 10)
            let fixture = try await fixture(Script(), log: log)
            let client = try fixture.client()
            var count = 0
            while log.dropped == 0, count < 5_000 {
                #expect(client.get("/healthz").status == 200)
                count += 1
            }
            #expect(log.dropped > 0)
            let page = try fixture.metrics()
            #expect(page.sum("cascade_access_log_dropped_total") >= 1)
            await fixture.end()
            await log.close()
            try pipe.close()
        }
    }
}
