internal import Foundation

/// Round values to mark on an axis.
package enum Ticks {
    /// About `count` of them, 1, 2 or 5 of a power of ten apart, the last at or above the end.
    package static func linear(to end: Double, count: Int = 5) -> [Double] {
        guard end > 0 else { return [0, 1] }
        let step = roundStep(atLeast: end / Double(count))
        return (0...Int((end / step - 1e-9).rounded(.up))).map { Double($0) * step }
    }

    /// Powers of ten within the range; with 2 and 5 of each where they are few.
    package static func logarithmic(_ range: ClosedRange<Double>) -> [Double] {
        let decades = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
        let tens = decades.map { pow(10, Double($0)) }.filter(range.contains)
        guard tens.count < 2 else { return tens }
        return decades.flatMap { decade in [1, 2, 5].map { $0 * pow(10, Double(decade)) } }.filter(range.contains)
    }

    package static let odds = [0.01, 0.1, 0.5, 0.9, 0.99, 0.999]

    /// The digits that a tick of such a distance needs.
    package static func decimals(of step: Double) -> Int {
        guard step > 0 else { return 0 }
        return max(0, Int((-log10(step) - 1e-9).rounded(.up)))
    }

    private static func roundStep(atLeast distance: Double) -> Double {
        let power = pow(10, log10(distance).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= distance * (1 - 1e-9) } ?? 10 * power
    }
}
