/// A run that gave no figures.
package struct Failure: Codable, Sendable {
    package var load: String
    /// `nil`: of all of them.
    package var engine: EngineName?
    package var message: String

    package init(load: String, engine: EngineName? = nil, message: String) {
        self.load = load
        self.engine = engine
        self.message = message
    }
}

extension [Failure] {
    /// One for each load and engine, however often it failed.
    package var texts: [String] {
        var counts: [String: Int] = [:]
        for failure in self { counts[failure.subject, default: 0] += 1 }
        var told: Set<String> = []
        return filter { told.insert($0.subject).inserted }.map { failure in
            let count = counts[failure.subject, default: 1]
            return "\(failure.subject)\(count > 1 ? ", \(count) times" : ""): \(failure.message)"
        }
    }
}

extension Failure {
    fileprivate var subject: String { load + (engine.map { ", \($0.rawValue)" } ?? "") }
}
