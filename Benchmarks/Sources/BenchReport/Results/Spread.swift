/// What several rounds gave of one figure.
package struct Spread: Sendable, Equatable {
    package var median: Double
    package var minimum: Double
    package var maximum: Double

    package init(_ value: Double) {
        (median, minimum, maximum) = (value, value, value)
    }

    /// Fails for no values. Of an even number, the median is the mean of the middle two.
    package init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        minimum = first
        maximum = last
    }

    /// Half of the distance between minimum and maximum, as a share of the median.
    package var deviation: Double {
        median == 0 ? 0 : (maximum - minimum) / 2 / abs(median)
    }

    package func map(_ change: (Double) -> Double) -> Spread {
        let ends = [change(minimum), change(maximum)]
        var spread = Spread(change(median))
        spread.minimum = min(ends[0], ends[1])
        spread.maximum = max(ends[0], ends[1])
        return spread
    }
}
