internal import Synchronization

/// Idle parsers, so that a response starts with warm buffers and without an allocation.
enum JSONParserPool {
    private static let most = 64
    private static let idle = Mutex<[JSONParser]>([])

    static func take() -> JSONParser {
        idle.withLock { $0.popLast() } ?? JSONParser()
    }

    /// Takes a parser back; more than a few are let go.
    static func giveBack(_ parser: JSONParser) {
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
