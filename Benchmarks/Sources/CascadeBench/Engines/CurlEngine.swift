internal import CBareLoop

/// The bare C loop. It routes nothing, and finds the text of an answer without decoding it.
struct CurlEngine: Engine {
    let name = "curl"

    func run(_ load: Load, into recorder: Recorder, expecting expected: ExpectedAnswer) throws {
        try recorder.recordAnswers(upTo: load.requests) { latencies, firstTokens in
            var result = bare_loop_result(
                answered: 0, failed: 0, body_bytes: 0, text_bytes: 0, latency_ns: latencies,
                first_byte_ns: firstTokens)
            let status = load.withBareLoad(expecting: expected) { bare_loop_run(&$0, &result) }
            guard status == 0 else { throw EngineError.loop(errno: status) }
            return (Int(result.answered), Int(result.failed))
        }
    }

    func shutdown() {}
}

extension Load {
    /// The load as C sees it, valid within the call.
    fileprivate func withBareLoad(
        expecting expected: ExpectedAnswer, _ body: (inout bare_loop_load) -> Int32
    ) -> Int32 {
        let text = self.body
        return ((upstreams.first ?? "") + "/chat/completions").withCString { url in
            "Content-Type: application/json".withCString { header in
                text.withCString { json in
                    [header, nil].withUnsafeBufferPointer { headers in
                        var load = bare_loop_load(
                            url: url, headers: headers.baseAddress!, body: json, body_length: text.utf8.count,
                            requests: UInt64(requests), connections: Int32(concurrency), reads_text: true,
                            expected_text: expected.start, expected_length: expected.count)
                        return withExtendedLifetime(expected) { body(&load) }
                    }
                }
            }
        }
    }
}
