internal import CBareLoop

/// The bare C loop. It routes nothing, and finds the text of an answer without decoding it.
struct CurlEngine: Engine {
    let name = "curl"

    func run(_ load: Load) async throws -> Samples {
        var samples = Samples()
        samples.latencies = [UInt64](repeating: 0, count: load.requests)
        samples.firstTokens = samples.latencies
        let (status, result) = samples.latencies.withUnsafeMutableBufferPointer { latencies in
            samples.firstTokens.withUnsafeMutableBufferPointer { firstTokens in
                var result = bare_loop_result(
                    failed: 0, body_bytes: 0, text_bytes: 0, latency_ns: latencies.baseAddress!,
                    first_byte_ns: firstTokens.baseAddress!)
                let status = Self.run(load, &result)
                return (status, result)
            }
        }
        guard status == 0 else { throw EngineError.loop(errno: status) }
        samples.failed = Int(result.failed)
        samples.textBytes = Int(result.text_bytes)
        return samples
    }

    private static func run(_ load: Load, _ result: inout bare_loop_result) -> Int32 {
        let url = (load.upstreams.first ?? "") + "/chat/completions"
        return url.withCString { url in
            "Content-Type: application/json".withCString { header in
                load.body.withCString { body in
                    [header, nil].withUnsafeBufferPointer { headers in
                        var bare = bare_loop_load(
                            url: url, headers: headers.baseAddress!, body: body, body_length: load.body.utf8.count,
                            requests: UInt64(load.requests), connections: Int32(load.concurrency), reads_text: true)
                        return bare_loop_run(&bare, &result)
                    }
                }
            }
        }
    }

    func shutdown() {}
}

enum EngineError: Error {
    case loop(errno: Int32)
    case status(Int)
    case noText
}
