/// The loads' names: what tables, targets and `compare --only` call them.
package enum LoadName {
    package static let plain = "plain"
    package static let plainOne = "plain, 1 connection"
    package static let plainMany = "plain, 128 connections"
    package static let streamed = "32 chunks"
    package static let paced = "32 chunks, paced"
    package static let streamedBytes = "32 chunks as bytes"
    package static let long = "512 chunks"
    package static let longBytes = "512 chunks as bytes"
    package static let failingOver = "failing over"
    package static let held1000 = "held, 1,000 streams"
    package static let held5000 = "held, 5,000 streams"
    package static let bodies = "bodies, collected"
    package static let streamedBodies = "bodies, streamed"
    package static let streamedBodiesAsString = "bodies, streamed as String"
    package static let soak = "soak"
    package static let start = "start"
    package static let micro = "micro"

    /// The name of one of the micro-benchmarks' records.
    package static func micro(_ name: String) -> String { "\(micro): \(name)" }
}
