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
            change:
                "`info` to see every attempt that failed, and why; answers write nothing."),
        TuningVariable(
            "CASCADE_IO_THREADS", .integer(\.ioThreads, 1...64), default: "1",
            "Event loop threads; a provider's connections stay on one.",
            change:
                "Raise when one loop uses a whole core and several providers share the load; one alone gains "
                + "nothing."),
        TuningVariable(
            "CASCADE_ARENA_BLOCK_BYTES", .size(\.arenaBlockBytes, 4 << 10...16 << 20), default: "4k",
            "What a request's memory grows by.",
            change:
                "Raise to a usual body's size: with 64k, one of 20 KB allocates nearly half less; short "
                + "ones gain nothing."),
        TuningVariable(
            "CASCADE_ARENA_MAX_BYTES", .size(\.arenaMaxBytes, 64 << 10...4 << 30), default: "64m",
            "The most one request may use before it fails.",
            change: "Raise for requests with many large images."),
        TuningVariable(
            "CASCADE_RING_BYTES", .size(\.ringBytes, 4 << 10...16 << 20), default: "64k",
            "What a stream may buffer before its provider is made to wait.",
            change:
                "Raise where fast streams are read off the router's executor and pause often. A paced "
                + "stream holds a page, whatever it is."),
        TuningVariable(
            "CASCADE_POOL_MAX_IDLE", .integer(\.poolMaxIdle, 0...65_536), default: "64",
            "Idle handles, arenas and ring buffers kept for reuse.",
            change:
                "Raise to the usual number of requests at a time, which saves up to 16 allocations each; "
                + "lower to keep less after a peak, 16 to 28 KB each."),
        TuningVariable(
            "CASCADE_CONNECTIONS_PER_HOST", .integer(\.connectionsPerHost, 0...65_536), default: "0",
            "Connections to one host at a time; 0 means no limit.",
            change:
                "Set for a host that refuses more: requests that wait for one cost half as much CPU again."),
        TuningVariable(
            "CASCADE_CURL_BUFFER_BYTES", .size(\.curlBufferBytes, 2 << 10...512 << 10), default: "8k",
            "The receive buffer of one transfer.",
            change:
                "Raise for large bodies: 64k costs them a third less CPU, and every request 57 KB more."),
        TuningVariable(
            "CASCADE_CONNECTION_MAX_IDLE_SECONDS", .seconds(\.connectionMaxIdle, 1...3600), default: "40",
            "How long an idle connection may be used again.",
            change:
                "Lower when a proxy between closes idle connections sooner; raise when requests come more "
                + "rarely than that."
        ),
        TuningVariable(
            "CASCADE_DECISION_CACHE_ENTRIES", .integer(\.decisionCacheEntries, 0...1_048_576), default: "1024",
            "Routing decisions kept; 0 keeps none.",
            change:
                "Raise for many combinations of models and tags; 0 costs an allocation for each decision."),
        TuningVariable(
            "CASCADE_MEMORY_LIMIT_BYTES", .size(\.memoryLimitBytes, 0...1 << 40), default: "512m",
            "Buffers over all requests; beyond it new requests wait. 0 means no limit.",
            change:
                "Set to what the machine can spare; with 16m, a burst of large streams takes half the memory."),
        TuningVariable(
            "CASCADE_MAX_CONCURRENT_REQUESTS", .integer(\.maxConcurrentRequests, 1...1_000_000), default: "10000",
            "Requests at a time; beyond it new requests wait.",
            change:
                "Lower to 64 or 256 where bursts of large answers come, which then take less memory and no "
                + "longer; or where descriptors are few: a request needs up to two."
        ),
        TuningVariable(
            "CASCADE_HTTP2", .toggle(\.http2), default: "off",
            "Whether HTTP/2 is offered to providers that do not say.",
            change: "When a provider wants it; each stream still has a connection of its own."),
        TuningVariable(
            "CASCADE_GATEWAY_STORE", .path(\.gatewayStorePath), default: "",
            "The gateway's file of keys, usage and history, where no `--store` is given.",
            change: "To give keys to the gateway's clients, and to keep its history; without it neither is there."),
    ]
}
