/// A figure that is to reach a floor at the least, and an aim if it can.
package struct Target: Sendable {
    package enum Direction: Sendable {
        case atMost
        case atLeast
    }

    /// Under which heading it stands.
    package var group: String
    package var name: String
    package var unit: FigureUnit
    /// To which the figure is rounded, before it is written and before it is compared.
    package var decimals: Int
    package var direction: Direction
    /// `nil` where only an aim is set.
    package var floor: Double?
    package var aim: Double
    /// The loads that it is taken from.
    package var loads: [String]
    /// How it is taken; `nil` if what it needs was not measured.
    package var figure: @Sendable (Results) -> Spread?

    package init(
        _ group: String, _ name: String, _ unit: FigureUnit, decimals: Int, _ direction: Direction = .atMost,
        floor: Double?, aim: Double, from loads: [String], figure: @escaping @Sendable (Results) -> Spread?
    ) {
        self.group = group
        self.name = name
        self.unit = unit
        self.decimals = decimals
        self.direction = direction
        self.floor = floor
        self.aim = aim
        self.loads = loads
        self.figure = figure
    }

    /// As it is written, a figure is either within a bound or not: 0.0004 allocations are written as 0.000.
    package func reaches(_ bound: Double, _ figure: Double) -> Bool {
        let step = unit.divisor * Self.power(0.1, decimals)
        let (rounded, limit) = ((figure / step).rounded(), (bound / step).rounded())
        return direction == .atMost ? rounded <= limit : rounded >= limit
    }

    /// With no more digits than it has.
    package func text(of bound: Double) -> String {
        let needed = (0..<decimals).first { places in
            let shifted = bound / unit.divisor * Self.power(10, places)
            return abs(shifted - shifted.rounded()) < 1e-6
        }
        return (direction == .atMost ? "≤ " : "≥ ") + unit.text(bound, decimals: needed ?? decimals)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }
}
