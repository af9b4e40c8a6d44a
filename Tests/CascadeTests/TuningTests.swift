import Cascade
import Testing

@Suite("Tuning by the environment")
struct TuningTests {
    @Test("the defaults are the documented ones")
    func defaults() {
        let tuning = Tuning()
        #expect(tuning.ioThreads == 1 && tuning.poolMaxIdle == 64 && tuning.connectionsPerHost == 0)
        #expect(tuning.arenaBlockBytes == 4_096 && tuning.arenaMaxBytes == 64 << 20 && tuning.ringBytes == 65_536)
        #expect(tuning.curlBufferBytes == 8_192 && tuning.memoryLimitBytes == 512 << 20)
        #expect(tuning.connectionMaxIdle == .seconds(40) && tuning.decisionCacheEntries == 1024)
        #expect(tuning.maxConcurrentRequests == 10_000 && !tuning.http2)
        #expect(tuning.configurationPath == nil && tuning.logLevel == "warning")
        #expect(tuning.report().allSatisfy { $0.source == .default })
    }

    @Test("an empty environment, and empty variables, change nothing")
    func empty() throws {
        #expect(try Tuning(environment: [:]) == Tuning())
        let blank = Dictionary(uniqueKeysWithValues: Tuning.table.map { ($0.name, "") })
        #expect(try Tuning(environment: blank) == Tuning())
    }

    @Test("every value comes from its own variable")
    func parses() throws {
        let tuning = try Tuning(environment: [
            "CASCADE_CONFIG": "/etc/c.yaml", "CASCADE_LOG_LEVEL": "DEBUG", "CASCADE_IO_THREADS": "2",
            "CASCADE_ARENA_BLOCK_BYTES": "32k", "CASCADE_ARENA_MAX_BYTES": "1G", "CASCADE_RING_BYTES": "2m",
            "CASCADE_POOL_MAX_IDLE": "0", "CASCADE_CONNECTIONS_PER_HOST": "7", "CASCADE_CURL_BUFFER_BYTES": "2048",
            "CASCADE_CONNECTION_MAX_IDLE_SECONDS": "30", "CASCADE_DECISION_CACHE_ENTRIES": "5",
            "CASCADE_MEMORY_LIMIT_BYTES": "0", "CASCADE_MAX_CONCURRENT_REQUESTS": "9", "CASCADE_HTTP2": "on",
            "CASCADE_GATEWAY_STORE": "keys.db",
        ])
        #expect(tuning.configurationPath == "/etc/c.yaml" && tuning.logLevel == "debug" && tuning.ioThreads == 2)
        #expect(tuning.arenaBlockBytes == 32_768 && tuning.arenaMaxBytes == 1 << 30 && tuning.ringBytes == 2 << 20)
        #expect(tuning.poolMaxIdle == 0 && tuning.connectionsPerHost == 7 && tuning.curlBufferBytes == 2048)
        #expect(tuning.connectionMaxIdle == .seconds(30) && tuning.decisionCacheEntries == 5)
        #expect(tuning.memoryLimitBytes == 0 && tuning.maxConcurrentRequests == 9 && tuning.http2)
        #expect(tuning.gatewayStorePath == "keys.db")
        #expect(tuning.report().allSatisfy { $0.source == .environment })
        #expect(
            tuning.report().map(\.value) == [
                "/etc/c.yaml", "debug", "2", "32k", "1g", "2m", "0", "7", "2k", "30", "5", "0", "9", "on",
                "keys.db",
            ])
    }

    @Test(
        "a bad value names the variable, the value and the range",
        arguments: [
            ("CASCADE_IO_THREADS", "many", #"CASCADE_IO_THREADS: expected 1 to 64, found "many""#),
            ("CASCADE_IO_THREADS", "0", #"CASCADE_IO_THREADS: expected 1 to 64, found "0""#),
            ("CASCADE_IO_THREADS", "65", #"CASCADE_IO_THREADS: expected 1 to 64, found "65""#),
            ("CASCADE_IO_THREADS", " 2", #"CASCADE_IO_THREADS: expected 1 to 64, found " 2""#),
            ("CASCADE_RING_BYTES", "64kb", #"CASCADE_RING_BYTES: expected 4k to 16m, found "64kb""#),
            ("CASCADE_RING_BYTES", "k", #"CASCADE_RING_BYTES: expected 4k to 16m, found "k""#),
            ("CASCADE_RING_BYTES", "-4k", #"CASCADE_RING_BYTES: expected 4k to 16m, found "-4k""#),
            ("CASCADE_RING_BYTES", "1.5m", #"CASCADE_RING_BYTES: expected 4k to 16m, found "1.5m""#),
            ("CASCADE_RING_BYTES", "17m", #"CASCADE_RING_BYTES: expected 4k to 16m, found "17m""#),
            (
                "CASCADE_MEMORY_LIMIT_BYTES", "9223372036854775807g",
                #"CASCADE_MEMORY_LIMIT_BYTES: expected 0 to 1024g, found "9223372036854775807g""#
            ),
            (
                "CASCADE_CONNECTION_MAX_IDLE_SECONDS", "0",
                #"CASCADE_CONNECTION_MAX_IDLE_SECONDS: expected 1 to 3600 seconds, found "0""#
            ),
            ("CASCADE_HTTP2", "maybe", #"CASCADE_HTTP2: expected on or off, found "maybe""#),
            (
                "CASCADE_LOG_LEVEL", "loud",
                "CASCADE_LOG_LEVEL: expected trace, debug, info, notice, warning, error, critical, found \"loud\""
            ),
        ])
    func refuses(variable: String, value: String, message: String) {
        let error = #expect(throws: TuningError.self) { try Tuning(environment: [variable: value]) }
        #expect(error?.description == message)
    }

    @Test("all bad values are reported at once")
    func reportsAll() {
        let environment = ["CASCADE_RING_BYTES": "1", "CASCADE_HTTP2": "x", "CASCADE_IO_THREADS": "x"]
        let error = #expect(throws: TuningError.self) { try Tuning(environment: environment) }
        #expect(error?.problems.map(\.variable) == ["CASCADE_IO_THREADS", "CASCADE_RING_BYTES", "CASCADE_HTTP2"])
    }

    @Test("a block that is larger than the whole is refused, and both are named")
    func refusesContradiction() throws {
        let error = #expect(throws: TuningError.self) {
            try Tuning(environment: ["CASCADE_ARENA_BLOCK_BYTES": "128k", "CASCADE_ARENA_MAX_BYTES": "64k"])
        }
        #expect(
            error?.description == "CASCADE_ARENA_BLOCK_BYTES: expected at most CASCADE_ARENA_MAX_BYTES, "
                + #"which is 64k, found "128k""#)
        let equal = ["CASCADE_ARENA_BLOCK_BYTES": "64k", "CASCADE_ARENA_MAX_BYTES": "64k"]
        #expect(try Tuning(environment: equal).arenaBlockBytes == 65_536)
    }

    @Test("a variable that is none is a warning with the nearest name")
    func warnsOfUnknown() {
        let environment = [
            "CASCADE_RINGBYTES": "1m", "CASCADE_ZZZ": "", "CASCADE_HTTP2": "on", "CASCADE_STRICT": "1", "OTHER": "x",
        ]
        #expect(
            Tuning.warnings(environment: environment).map(\.description) == [
                "environment: warning: CASCADE_RINGBYTES: unknown variable is ignored; "
                    + "did you mean CASCADE_RING_BYTES?",
                "environment: warning: CASCADE_ZZZ: unknown variable is ignored",
            ])
    }

    @Test("a value set by the program is reported as such")
    func reportsCode() {
        var tuning = Tuning()
        tuning.ioThreads = 3
        let row = tuning.report().first { $0.name == "CASCADE_IO_THREADS" }
        #expect(row?.value == "3" && row?.source == .code && row?.range == "1 to 64")
    }

    @Test("the table has each variable once, and the document has a row for each")
    func table() {
        #expect(Set(Tuning.table.map(\.name)).count == Tuning.table.count)
        #expect(Tuning.table.allSatisfy { $0.name.hasPrefix("CASCADE_") && !$0.summary.isEmpty && !$0.advice.isEmpty })
        let lines = Tuning.markdownTable.split(separator: "\n")
        #expect(lines.count == Tuning.table.count + 2)
        #expect(lines.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") && $0.count { $0 == "|" } == 6 })
        #expect(lines.contains { $0.hasPrefix("| `CASCADE_RING_BYTES` | `64k` | 4k to 16m |") })
    }
}
