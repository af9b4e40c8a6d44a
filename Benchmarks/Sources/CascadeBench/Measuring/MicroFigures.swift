internal import Foundation
internal import MicroBenchmarks

/// One operation's figures.
struct MicroFigures: Codable {
    var name: String
    var ns_per_operation: Double
    var mallocs_per_operation: Double
    var bytes_per_operation: Double
    var allowed_mallocs: Double

    init(_ benchmark: MicroBenchmark, _ counts: MicroCounts, nanoseconds: Double) {
        precondition(counts.name == benchmark.name, "counts come in the order of the benchmarks")
        name = benchmark.name
        ns_per_operation = Self.rounded(nanoseconds)
        mallocs_per_operation = Self.rounded(counts.mallocs)
        bytes_per_operation = Self.rounded(counts.bytes)
        allowed_mallocs = benchmark.allowedMallocs
    }

    private static func rounded(_ value: Double) -> Double {
        (value * 1_000).rounded() / 1_000
    }

    var isExceeding: Bool { mallocs_per_operation > allowed_mallocs }

    var excess: String {
        "\(name): \(Self.number(mallocs_per_operation)) mallocs, \(Self.number(allowed_mallocs)) allowed"
    }

    /// Up to three decimals, none where there are none.
    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(format: "%.3f", value)
    }

    static func json(_ values: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(values), as: UTF8.self)
    }

    static func table(_ all: [MicroFigures]) -> String {
        let heads = ["operation", "ns", "mallocs", "allowed", "bytes"]
        let rows = all.map { figure in
            [
                figure.name, String(format: "%.1f", figure.ns_per_operation), number(figure.mallocs_per_operation),
                number(figure.allowed_mallocs) + (figure.isExceeding ? "!" : ""), number(figure.bytes_per_operation),
            ]
        }
        let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
        return ([heads] + rows).map { cells in
            let first = cells[0] + blanks(widths[0] - cells[0].count)
            let others = cells.indices.dropFirst().map { blanks(widths[$0] - cells[$0].count) + cells[$0] }
            return ([first] + others).joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func blanks(_ count: Int) -> String {
        String(repeating: " ", count: count)
    }
}
