internal import Cascade

/// A variable's values to compare, and on what.
struct TuningGrid {
    var variable: String
    var values: [String]
    var loads: [TuningLoad]

    init(_ variable: String, _ values: [String], on loads: TuningLoad...) {
        self.variable = variable
        self.values = values
        self.loads = loads
    }

    var defaultValue: String? { Tuning.table.first { $0.name == variable }?.defaultText }

    /// Every variable that a load shows something of. The configuration's path is none, an arena's bound only makes
    /// requests fail, logs are not written here, and the double does not speak HTTP/2.
    static let all = [
        TuningGrid("CASCADE_ARENA_BLOCK_BYTES", ["4k", "8k", "16k", "64k"], on: .plain(16), .longPrompt),
        TuningGrid(
            "CASCADE_RING_BYTES", ["4k", "16k", "32k", "64k", "256k"], on: .streamed(chunks: 512, requests: 600),
            .streamedBodies, .held),
        TuningGrid(
            "CASCADE_CURL_BUFFER_BYTES", ["4k", "8k", "12k", "16k", "32k", "64k"], on: .plain(16),
            .streamed(chunks: 32, requests: 5_000), .largeBodies, .held),
        TuningGrid(
            "CASCADE_POOL_MAX_IDLE", ["0", "16", "64", "256", "1024"], on: .plain(16), .plain(128), .bodies),
        TuningGrid(
            "CASCADE_IO_THREADS", ["1", "2", "4"], on: .plain(16, isPinned: false), .plain(128, isPinned: false)),
        TuningGrid("CASCADE_CONNECTIONS_PER_HOST", ["0", "4", "16", "64"], on: .plain(128)),
        TuningGrid("CASCADE_CONNECTION_MAX_IDLE_SECONDS", ["1", "40"], on: .rare),
        TuningGrid("CASCADE_DECISION_CACHE_ENTRIES", ["0", "1024"], on: .plain(16)),
        TuningGrid("CASCADE_MEMORY_LIMIT_BYTES", ["16m", "64m", "512m", "0"], on: .bodies, .streamedBodies),
        TuningGrid("CASCADE_MAX_CONCURRENT_REQUESTS", ["64", "256", "10000"], on: .bodies, .streamedBodies),
    ]
}
