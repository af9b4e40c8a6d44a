internal import Synchronization

/// Idle parsers, so that a text is scanned with warm buffers and without an allocation. A parser is taken for one text:
/// there are as many as threads that decode, however many responses are under way.
enum JSONParserPool {
    private static let most = 8
    /// One that has scanned a longer text holds several times as much, and is not kept.
    private static let keptTextBytes = 64 << 10
    private static let idle = Mutex<[JSONParser]>([])

    static func take() -> JSONParser {
        idle.withLock { $0.popLast() } ?? JSONParser()
    }

    /// Takes a parser back; more than a few are let go.
    static func giveBack(_ parser: JSONParser) {
        guard parser.largestText <= keptTextBytes else { return }
        idle.withLock { parsers in
            if parsers.count < most { parsers.append(parser) }
        }
    }

    static func with<Result>(_ body: (JSONParser) -> Result) -> Result {
        let parser = take()
        defer { giveBack(parser) }
        return body(parser)
    }
}
