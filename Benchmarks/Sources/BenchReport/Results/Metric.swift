/// A figure of a run, under the name that the subcommands give it in their JSON.
package enum Metric: String, CaseIterable, Sendable {
    case throughput = "rps"
    case cpuPerRequest = "cpu_us_per_request"
    case mallocsPerRequest = "mallocs_per_request"
    case bytesPerRequest = "bytes_per_request"
    case peakAllocated = "peak_allocated"
    case peakResident = "peak_resident"
    case latencyP50 = "p50_us"
    case latencyP99 = "p99_us"
    case firstTokenP50 = "ttft_p50_us"
    case firstTokenP99 = "ttft_p99_us"

    case residentPerStream = "resident_bytes_per_stream"
    case allocatedPerStream = "allocated_bytes_per_stream"
    case cpuPerChunk = "cpu_us_per_chunk"

    case seconds
    case failed
    case allocatedAfter = "allocated_after"
    case residentAfter = "resident_after"

    case allocatedBegin = "allocated_begin"
    case allocatedEnd = "allocated_end"
    case residentBegin = "resident_begin"
    case residentEnd = "resident_end"
    case descriptorsBegin = "descriptors_begin"
    case descriptorsEnd = "descriptors_end"
    case threadsBegin = "threads_begin"
    case threadsEnd = "threads_end"

    case startMedian = "ms_median"
    case startFastest = "ms_min"
    case startSlowest = "ms_max"

    case nanosecondsPerOperation = "ns_per_operation"
    case mallocsPerOperation = "mallocs_per_operation"
    case bytesPerOperation = "bytes_per_operation"

    /// Whether it is taken from the runs in which allocations are counted, which are not timed.
    package var isCounted: Bool { self == .mallocsPerRequest || self == .bytesPerRequest }
}

extension Metric {
    package var title: String { Self.titles[self]?.title ?? rawValue }
    /// The head of its column.
    package var head: String { Self.titles[self]?.head ?? rawValue }
    package var unit: FigureUnit { Self.titles[self]?.unit ?? .count }

    private static let titles: [Metric: (title: String, head: String, unit: FigureUnit)] = [
        .throughput: ("Requests per second", "req/s", .count),
        .cpuPerRequest: ("CPU per request", "CPU", .microseconds),
        .mallocsPerRequest: ("Allocations per request", "mallocs", .count),
        .bytesPerRequest: ("Bytes allocated per request", "bytes", .kilobytes),
        .peakAllocated: ("Peak allocated", "peak alloc", .mebibytes),
        .peakResident: ("Peak resident", "peak res", .mebibytes),
        .latencyP50: ("Latency, median", "p50", .microseconds),
        .latencyP99: ("Latency, 99 %", "p99", .microseconds),
        .firstTokenP50: ("First token, median", "first p50", .microseconds),
        .firstTokenP99: ("First token, 99 %", "first p99", .microseconds),
        .residentPerStream: ("Resident per held stream", "resident", .kilobytes),
        .allocatedPerStream: ("Allocated per held stream", "allocated", .kilobytes),
        .cpuPerChunk: ("CPU per chunk", "CPU/chunk", .microseconds),
        .failed: ("Requests that failed", "failed", .count),
        .seconds: ("Time until all are answered", "time", .seconds),
        .allocatedAfter: ("Allocated 5 s later", "alloc later", .mebibytes),
        .residentAfter: ("Resident 5 s later", "res later", .mebibytes),
        .allocatedBegin: ("Allocated at the beginning", "alloc begin", .mebibytes),
        .allocatedEnd: ("Allocated at the end", "alloc end", .mebibytes),
        .residentBegin: ("Resident at the beginning", "res begin", .mebibytes),
        .residentEnd: ("Resident at the end", "res end", .mebibytes),
        .descriptorsBegin: ("Descriptors at the beginning", "fds begin", .count),
        .descriptorsEnd: ("Descriptors at the end", "fds end", .count),
        .threadsBegin: ("Threads at the beginning", "thr begin", .count),
        .threadsEnd: ("Threads at the end", "thr end", .count),
        .startMedian: ("Start to first request", "median", .milliseconds),
        .startFastest: ("Fastest start", "fastest", .milliseconds),
        .startSlowest: ("Slowest start", "slowest", .milliseconds),
        .nanosecondsPerOperation: ("Time per operation", "time", .nanoseconds),
        .mallocsPerOperation: ("Allocations per operation", "mallocs", .count),
        .bytesPerOperation: ("Bytes per operation", "bytes", .bytes),
    ]
}
