extension Tuning {
    /// Every variable: this one table is what the environment is parsed by, what `cascade tuning` prints and what the
    /// documents are made from.
    public static let table: [TuningVariable] = [
        TuningVariable(
            "CASCADE_CONFIG", .path(\.configurationPath), default: "",
            "The configuration file, where no `--config` is given.",
            change: "To keep the file in another place."),
        TuningVariable(
            "CASCADE_LOG_LEVEL",
            .choice(\.logLevel, ["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            default: "warning", "The least severe level that is logged.",
            change: "`debug` to see every attempt and why it ended."),
        TuningVariable(
            "CASCADE_IO_THREADS", .integer(\.ioThreads, 1...64), default: "1",
            "Event loop threads; a provider's connections stay on one.",
            change: "When one loop uses a whole core."),
        TuningVariable(
            "CASCADE_ARENA_BLOCK_BYTES", .size(\.arenaBlockBytes, 4 << 10...16 << 20), default: "4k",
            "What a request's memory grows by.",
            change: "Raise for long conversations or images, lower for many small requests."),
        TuningVariable(
            "CASCADE_ARENA_MAX_BYTES", .size(\.arenaMaxBytes, 64 << 10...4 << 30), default: "64m",
            "The most one request may use before it fails.",
            change: "Raise for requests with many large images."),
        TuningVariable(
            "CASCADE_RING_BYTES", .size(\.ringBytes, 4 << 10...16 << 20), default: "64k",
            "What a stream may buffer before its provider is made to wait.",
            change: "Raise when fast streams pause often, lower for thousands of slow ones."),
        TuningVariable(
            "CASCADE_POOL_MAX_IDLE", .integer(\.poolMaxIdle, 0...65_536), default: "64",
            "Idle handles, rings and parsers kept for reuse.",
            change: "Raise to the usual number of requests at a time, lower to give memory back sooner."),
        TuningVariable(
            "CASCADE_CONNECTIONS_PER_HOST", .integer(\.connectionsPerHost, 0...65_536), default: "0",
            "Connections to one host at a time; 0 means no limit.",
            change:
                "Set for a host that refuses more; a request that finds none free waits as long as for a connection."),
        TuningVariable(
            "CASCADE_CURL_BUFFER_BYTES", .size(\.curlBufferBytes, 2 << 10...512 << 10), default: "8k",
            "The receive buffer of one transfer.",
            change: "Lower for thousands of waiting streams, raise for large bodies."),
        TuningVariable(
            "CASCADE_CONNECTION_MAX_IDLE_SECONDS", .seconds(\.connectionMaxIdle, 1...3600), default: "40",
            "How long an idle connection may be used again.",
            change: "Lower when a proxy between closes idle connections sooner."),
        TuningVariable(
            "CASCADE_DECISION_CACHE_ENTRIES", .integer(\.decisionCacheEntries, 0...1_048_576), default: "1024",
            "Routing decisions kept; 0 keeps none.",
            change: "Raise for many combinations of models and tags."),
        TuningVariable(
            "CASCADE_MEMORY_LIMIT_BYTES", .size(\.memoryLimitBytes, 0...1 << 40), default: "512m",
            "Buffers over all requests; beyond it new requests wait. 0 means no limit.",
            change: "Set to what the machine can spare."),
        TuningVariable(
            "CASCADE_MAX_CONCURRENT_REQUESTS", .integer(\.maxConcurrentRequests, 1...1_000_000), default: "10000",
            "Requests at a time; beyond it new requests wait.",
            change: "Lower where file descriptors are few: a request needs up to two."),
        TuningVariable(
            "CASCADE_HTTP2", .toggle(\.http2), default: "off",
            "Whether HTTP/2 is offered to providers that do not say.",
            change: "When a provider limits connections rather than requests."),
    ]
}
