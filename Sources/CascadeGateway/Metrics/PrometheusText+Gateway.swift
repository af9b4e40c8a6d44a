internal import Cascade

/// What the gateway tells of itself, and of its process.
extension PrometheusText {
    mutating func write(_ figures: LoopLedger.Figures) {
        family(
            "http_server_request_duration_seconds", .histogram,
            "Time of requests to the gateway, from their last byte to that of the answer.")
        for (key, times) in figures.requests.sorted(by: { $0.key < $1.key }) {
            histogram(
                [
                    "http_request_method": key.method, "http_route": key.route,
                    "http_response_status_code": "\(key.status)",
                ], times)
        }
        family(
            "gen_ai_server_time_to_first_token_seconds", .histogram,
            "Time of streamed answers from the request's last byte to the first piece for the client.")
        for (route, times) in figures.firstPieces.sorted(by: { $0.key < $1.key }) {
            histogram(["http_route": route], times)
        }
        family(
            "cascade_overhead_seconds", .histogram,
            "Time of a request in which no provider was being asked: work here, queueing, pauses between attempts.")
        histogram([:], figures.overhead)
        family("cascade_exchanges_total", .counter, "Requests to the gateway, by how their answers ended.")
        for outcome in ExchangeRecord.Outcome.allCases {
            sample(["outcome": outcome.rawValue], figures.outcomes[outcome] ?? 0)
        }
        family("cascade_received_bytes_total", .counter, "Bytes of requests' bodies.")
        sample(figures.receivedBytes)
        family("cascade_sent_bytes_total", .counter, "Bytes of answers' bodies.")
        sample(figures.sentBytes)
    }

    mutating func write(_ load: LoopServer.Load, held: RouterTelemetry.Held) {
        family("http_server_active_requests", .gauge, "Requests to the gateway whose answer has not left wholly.")
        sample(load.exchanges)
        family("cascade_client_connections", .gauge, "Connections of clients, idle ones included.")
        sample(load.connections)
        family("cascade_held_bytes", .gauge, "Bytes held for requests under way; of rings, their capacity.")
        sample(["kind": "rings"], held.rings)
        sample(["kind": "bodies"], held.bodies)
        sample(["kind": "idle_arenas"], held.idleArenas)
        sample(["kind": "client_bodies"], load.bodies)
        sample(["kind": "client_outboxes"], load.outboxes)
        family("cascade_admitted_bytes", .gauge, "What the requests in the router count against its memory limit.")
        sample(held.admitted + held.bodies)
        family("cascade_memory_limit_bytes", .gauge, "CASCADE_MEMORY_LIMIT_BYTES; 0 is no limit.")
        sample(held.limit)
    }

    mutating func write(_ memory: GatewayMemory) {
        if let allocator = memory.allocator {
            bytes("jemalloc_allocated_bytes", allocator.allocated, "Asked for and not given back.")
            bytes("jemalloc_active_bytes", allocator.active, "Pages that hold what is allocated.")
            bytes("jemalloc_metadata_bytes", allocator.metadata, "The allocator's own book-keeping.")
            bytes("jemalloc_resident_bytes", allocator.resident, "Pages in physical memory.")
            bytes("jemalloc_mapped_bytes", allocator.mapped, "Address space of blocks with active pages.")
            bytes("jemalloc_retained_bytes", allocator.retained, "Address space kept without memory behind it.")
        }
        if let resident = memory.resident {
            bytes("process_resident_memory_bytes", resident, "Physical memory of the process.")
        }
        if let peak = memory.peakResident {
            bytes("process_peak_resident_memory_bytes", peak, "The most there was since the process began.")
        }
    }

    private mutating func bytes(_ name: String, _ value: Int, _ help: String) {
        family(name, .gauge, help)
        sample(value)
    }

    mutating func write(_ process: ProcessFigures) {
        family("process_cpu_seconds_total", .counter, "Time of processors, user and system.")
        sample(process.cpuSeconds)
        family("process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.")
        sample(process.startedAt)
        if let open = process.openDescriptors {
            family("process_open_fds", .gauge, "Descriptors that are open.")
            sample(open)
        }
        family("process_max_fds", .gauge, "Descriptors that may be open.")
        sample(process.maxDescriptors)
    }
}

extension LoopLedger.Key: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        (left.route, left.method, left.status) < (right.route, right.method, right.status)
    }
}
