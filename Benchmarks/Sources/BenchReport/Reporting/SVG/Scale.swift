internal import Foundation

/// Where on a drawing a value lies.
package struct Scale: Sendable {
    package enum Kind: Sendable {
        case linear
        /// Of values above 0.
        case logarithmic
        /// Of shares between 0 and 1: as much room from 99 % to 99.9 % as from 90 % to 99 %.
        case odds
    }

    package var kind: Kind
    package var domain: ClosedRange<Double>
    /// The ends may be in any order: a y axis grows upwards.
    package var start: Double
    package var end: Double

    package init(_ kind: Kind, _ domain: ClosedRange<Double>, from start: Double, to end: Double) {
        self.kind = kind
        self.domain = domain
        self.start = start
        self.end = end
    }

    /// A value outside of the domain lies at its end.
    package func position(of value: Double) -> Double {
        let (low, high) = (straight(domain.lowerBound), straight(domain.upperBound))
        guard high > low else { return start }
        let share = (straight(min(max(value, domain.lowerBound), domain.upperBound)) - low) / (high - low)
        return start + share * (end - start)
    }

    /// On an even scale.
    private func straight(_ value: Double) -> Double {
        switch kind {
        case .linear: value
        case .logarithmic: log10(value)
        case .odds: log(value / (1 - value))
        }
    }
}
