internal import Foundation

/// How a figure is written. The figures themselves are kept as they were measured: bytes, microseconds.
package enum FigureUnit: String, Sendable {
    case count
    case ratio
    case percent
    case nanoseconds
    case microseconds
    case milliseconds
    case seconds
    case bytes
    case kilobytes
    case mebibytes

    /// What stands behind the number.
    package var symbol: String {
        switch self {
        case .count: ""
        case .ratio: "×"
        case .percent: " %"
        case .nanoseconds: " ns"
        case .microseconds: " µs"
        case .milliseconds: " ms"
        case .seconds: " s"
        case .bytes: " B"
        case .kilobytes: " KB"
        case .mebibytes: " MiB"
        }
    }

    /// What figures are in before they are written.
    package var measured: FigureUnit { self == .kilobytes || self == .mebibytes ? .bytes : self }

    /// How many of what was measured are one of this.
    package var divisor: Double {
        switch self {
        case .kilobytes: 1_000
        case .mebibytes: 1_048_576
        default: 1
        }
    }

    /// - Parameter decimals: `nil` for three digits that count.
    package func number(_ value: Double, decimals: Int? = nil) -> String {
        let scaled = value / divisor
        let places = decimals ?? (abs(scaled) >= 100 || scaled == scaled.rounded() ? 0 : abs(scaled) >= 10 ? 1 : 2)
        return Self.grouped(String(format: "%.\(places)f", scaled))
    }

    package func text(_ value: Double, decimals: Int? = nil) -> String {
        if self == .microseconds, decimals == nil, value >= 10_000 {
            return FigureUnit.milliseconds.text(value / 1_000)
        }
        return number(value, decimals: decimals) + symbol
    }

    /// 12345.6 as 12,345.6, and no minus before a zero.
    private static func grouped(_ digits: String) -> String {
        let isNegative = digits.hasPrefix("-") && digits.contains { $0 != "-" && $0 != "." && $0 != "0" }
        let parts = digits.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        var whole = ""
        for (index, digit) in (parts.first ?? "0").reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { whole.append(",") }
            whole.append(digit)
        }
        let fraction = parts.count > 1 ? "." + parts[1] : ""
        return (isNegative ? "-" : "") + String(whole.reversed()) + fraction
    }
}
