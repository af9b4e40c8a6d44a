/// The line of JSON with which a subcommand ends: its numbers, whatever they are, and the two lists that are plotted.
package struct ProcessReport: Decodable, Sendable {
    /// Of a micro-benchmark.
    package var name: String?
    package var values: [String: Double] = [:]
    package var latencyCurve: [LatencyPoint] = []
    package var memoryTimeline: [MemoryPoint] = []

    package init(values: [String: Double] = [:]) {
        self.values = values
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            switch key.stringValue {
            case "name": name = try container.decode(String.self, forKey: key)
            case "latency_curve_us": latencyCurve = try container.decode([LatencyPoint].self, forKey: key)
            case "memory_timeline": memoryTimeline = try container.decode([MemoryPoint].self, forKey: key)
            default: values[key.stringValue] = try? container.decode(Double.self, forKey: key)
            }
        }
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
