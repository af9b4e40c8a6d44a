internal import Cascade
internal import CascadeTesting

/// The providers of the soak: one of each format, one in five answers of each spoiled, and now and then one that is down.
struct SoakServers: Sendable {
    struct Server: Sendable {
        let name: String
        let type: ProviderType
        let double: LoopbackProvider
        /// How it answers while it is up.
        let script: LoopbackProvider.Script
    }

    let all: [Server]

    /// The log holds what comes between two looks at it, many times over.
    private static let logLimit = 1_024
    private static let faultShare = 0.2
    /// All of them end an attempt soon: what hangs does so no longer than the deadlines of ``SoakSettings``.
    private static let faults: [LoopbackProvider.Fault] = [
        .resetBeforeHead, .closeBeforeHead, .cutHead, .reset(afterChunks: 0), .reset(afterChunks: 3),
        .truncate(afterChunks: 2), .cleanCut(afterChunks: 0), .cleanCut(afterChunks: 4),
        .closeDelimited(afterChunks: 1), .errorInStream(afterChunks: 0), .errorInStream(afterChunks: 5), .errorIn200,
        .noTerminal, .oneByteAtATime, .garbage, .emptyBody, .closeAfterAnswer, .status(500), .status(503), .html(502),
        .overloaded, .noAnswer, .stall(afterChunks: 0), .stall(afterChunks: 2),
    ]
    private static let outages: [LoopbackProvider.Fault] = [
        .status(500), .rateLimit(retryAfter: .seconds(1)), .refuse, .resetBeforeHead,
    ]

    init(seed: UInt64) throws {
        let formats: [(String, ProviderType, LoopbackProvider.WireFormatName)] = [
            ("first", .openaiCompatible, .openai), ("second", .anthropic, .anthropic), ("third", .gemini, .gemini),
        ]
        all = try formats.enumerated().map { index, format in
            // No two providers say the same, so that a text of two attempts shows.
            let text = (0..<24).map { "\(format.0) \($0), " }.joined() + "\u{201c}done\u{201d}\n"
            var script = LoopbackProvider.Script(format: format.2, text: text, chunks: 8)
            script.faults = Self.faults
            script.faultProbability = Self.faultShare
            script.seed = seed &+ UInt64(index)
            return Server(
                name: format.0, type: format.1,
                double: try LoopbackProvider(script: script, logLimit: Self.logLimit), script: script)
        }
    }

    /// What a sound answer of a provider says.
    func text(of provider: String) -> String? {
        all.first { $0.name == provider }?.script.expectedText
    }

    /// Every answer of one provider is spoiled until ``recover(_:)``.
    func breakDown(_ turn: Int) {
        let server = all[turn % all.count]
        server.double.setScript(
            LoopbackProvider.Script(
                format: server.script.format, chunks: 8, fault: Self.outages[turn % Self.outages.count]))
    }

    func recover(_ turn: Int) {
        let server = all[turn % all.count]
        var script = server.script
        // Not the same draw again and again.
        script.seed = script.seed &+ UInt64(turn) &* 7_919
        server.double.setScript(script)
    }

    func stop() {
        for server in all { server.double.stop() }
    }
}
