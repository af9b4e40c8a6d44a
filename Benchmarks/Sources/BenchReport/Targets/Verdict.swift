/// Whether a target is reached.
package struct Verdict: Sendable {
    package enum Outcome: String, Codable, Sendable {
        case aim
        case floor
        case missed = "MISSED"
    }

    package var target: Target
    /// `nil`: the load ran, and did not give it.
    package var figure: Spread?
    package var outcome: Outcome

    package init(_ target: Target, _ results: Results) {
        self.target = target
        figure = target.figure(results)
        outcome = figure.map { target.outcome($0.median) } ?? .missed
    }

    /// One for each target whose loads were among those that ran.
    package static func all(of results: Results, _ targets: [Target] = Target.all) -> [Verdict] {
        let ran = Set(results.loads.map(\.name))
        return targets.filter { ran.isSuperset(of: $0.loads) }.map { Verdict($0, results) }
    }

    package var medianText: String {
        figure.map { target.unit.text($0.median, decimals: target.decimals) } ?? "not measured"
    }

    /// Minimum and maximum; `nil` if no difference between them can be seen.
    package var rangeText: String? {
        guard let figure else { return nil }
        let (low, high) = (number(figure.minimum), number(figure.maximum))
        return low == high ? nil : "\(low) to \(high)"
    }

    package var floorText: String? { target.floor.map { target.text(of: $0) } }
    package var aimText: String { target.text(of: target.aim) }

    private func number(_ value: Double) -> String { target.unit.number(value, decimals: target.decimals) }
}

extension Target {
    fileprivate func outcome(_ figure: Double) -> Verdict.Outcome {
        if reaches(aim, figure) { return .aim }
        return floor.map { reaches($0, figure) } ?? true ? .floor : .missed
    }
}

extension [Verdict] {
    package var missesFloor: Bool { contains { $0.outcome == .missed } }

    /// One line for each, then what they come to.
    package var text: String {
        let lines = map { verdict in
            [
                verdict.outcome == .missed ? "MISSED" : "kept",
                verdict.outcome == .missed ? "" : verdict.outcome.rawValue,
                "\(verdict.target.group): \(verdict.target.name)",
                verdict.medianText + (verdict.rangeText.map { " (\($0))" } ?? "") + ",",
                "floor \(verdict.floorText ?? "none"),", "aim \(verdict.aimText)",
            ]
        }
        return Columns.aligned(lines, leading: 6) + "\n" + summary
    }

    package var summary: String {
        let floors = filter { $0.target.floor != nil }
        let kept = floors.count { $0.outcome != .missed }
        let aims = count { $0.outcome == .aim }
        return "\(kept) of \(floors.count) floors and \(aims) of \(count) aims are reached."
    }
}
