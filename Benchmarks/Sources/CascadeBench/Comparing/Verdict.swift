internal import Foundation

/// Whether the router uses as much less memory than its predecessor as was promised.
struct Verdict {
    static let promised = 0.2

    var scenario: String
    var figure: String
    /// Of the baseline's: 0.7 is 70 % less.
    var saving: Double

    var isKept: Bool { saving >= Self.promised }

    var text: String {
        let percent = String(format: "%.0f", saving * 100)
        let word = isKept ? "kept  " : "missed"
        return "\(word) \(scenario): \(figure) \(percent) % less than the baseline (at least 20 %)"
    }

    static func all(of scenario: String, cascade: Figures, baseline: Figures) -> [Verdict] {
        let pairs: [(String, Double, Double)] = [
            ("peak allocated", Double(cascade.peak_allocated), Double(baseline.peak_allocated)),
            ("peak resident", Double(cascade.peak_resident), Double(baseline.peak_resident)),
            ("bytes per request", cascade.bytes_per_request, baseline.bytes_per_request),
            ("mallocs per request", cascade.mallocs_per_request, baseline.mallocs_per_request),
        ]
        return pairs.map { figure, own, other in
            Verdict(scenario: scenario, figure: figure, saving: other > 0 ? 1 - own / other : 0)
        }
    }
}
