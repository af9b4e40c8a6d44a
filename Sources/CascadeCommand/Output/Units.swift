internal import Foundation

/// Times and sizes for a person.
enum Units {
    /// `0.4 ms`, `37 ms`, `1.2 s`, `43 s`.
    static func text(_ duration: Duration) -> String {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        return switch seconds {
        case ..<0.00995: String(format: "%.1f ms", seconds * 1000)
        case ..<0.9995: String(format: "%.0f ms", seconds * 1000)
        case ..<9.95: String(format: "%.1f s", seconds)
        default: String(format: "%.0f s", seconds)
        }
    }

    /// `512 B`, `1.4 MiB`.
    static func text(bytes: Int) -> String {
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : String(format: "%.1f ", value) + units[unit]
    }

    private static let units = ["B", "KiB", "MiB", "GiB", "TiB"]
}
