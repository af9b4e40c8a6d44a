/// A load that all engines which can are put to.
struct Scenario: Sendable {
    var name: String
    var isStreamed: Bool
    /// One list of arguments of `double` for each upstream.
    var doubles: [[String]]
    var engines: [EngineName]

    /// Engines without a router cannot fail over.
    static let all = [
        Scenario(name: "plain", isStreamed: false, doubles: [["--chunks", "32"]], engines: EngineName.allCases),
        Scenario(name: "32 chunks", isStreamed: true, doubles: [["--chunks", "32"]], engines: EngineName.allCases),
        Scenario(
            name: "failing over", isStreamed: true,
            doubles: [["--chunks", "32", "--fail-every", "2"], ["--chunks", "32"]],
            engines: [.cascade, .baseline]),
    ]
}

extension EngineName {
    /// So many that a run takes about a second.
    var usualRequests: Int {
        switch self {
        case .cascade, .curl: 20_000
        case .ahc: 6_000
        case .baseline: 4_000
        }
    }
}
