internal import BaselineRouter

/// The predecessor's way.
struct BaselineEngine: Engine {
    let name = "baseline"
    private let router: BaselineRouter

    init(upstreams: [String]) {
        router = BaselineRouter(
            providers: upstreams.enumerated().map { index, url in
                BaselineProvider(name: "p\(index)", url: url, apiKey: nil, model: "bench", priority: index + 1)
            },
            retryDelay: .zero)
    }

    func run(_ load: Load) async throws -> Samples {
        await load.drive {
            let start = SystemTime.now
            let reply = try await router.complete(load.prompt, stream: load.isStreamed)
            let (seconds, attoseconds) = reply.firstByte.components
            let first = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
            return Exchange(textBytes: reply.content.utf8.count, firstTokenAt: start + first)
        }
    }

    func shutdown() {}
}
