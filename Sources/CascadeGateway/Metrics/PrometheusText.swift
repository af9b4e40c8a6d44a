/// A page of metrics in Prometheus' text format 0.0.4. All samples of a family follow its head.
struct PrometheusText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    typealias Labels = KeyValuePairs<String, String>

    private(set) var bytes: [UInt8] = []
    private var name = ""

    /// Begins a family.
    ///
    /// - Parameter help: On one line.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        add("# HELP ")
        add(name)
        add(" ")
        addEscaped(help, quotes: false)
        add("\n# TYPE ")
        add(name)
        add(" ")
        add(kind.rawValue)
        add("\n")
    }

    /// A sample of the family that was begun last.
    mutating func sample(_ labels: Labels, _ value: Double) {
        sample(suffix: "", labels, bound: nil, Self.text(value))
    }

    mutating func sample(_ labels: Labels, _ value: some FixedWidthInteger) {
        sample(suffix: "", labels, bound: nil, value.description)
    }

    mutating func sample(_ value: Double) { sample([:], value) }
    mutating func sample(_ value: some FixedWidthInteger) { sample([:], value) }

    /// A histogram of the family that was begun last.
    ///
    /// - Parameters:
    ///   - counts: For each bound how many values were at most that large.
    mutating func histogram(_ labels: Labels, bounds: [Double], counts: [UInt64], count: UInt64, sum: Double) {
        for (bound, below) in zip(bounds, counts) {
            sample(suffix: "_bucket", labels, bound: Self.text(bound), below.description)
        }
        sample(suffix: "_bucket", labels, bound: "+Inf", count.description)
        sample(suffix: "_sum", labels, bound: nil, Self.text(sum))
        sample(suffix: "_count", labels, bound: nil, count.description)
    }

    private mutating func sample(suffix: String, _ labels: Labels, bound: String?, _ value: String) {
        add(name)
        add(suffix)
        var separator = "{"
        for (label, text) in labels {
            add(separator)
            add(label)
            add("=\"")
            addEscaped(text, quotes: true)
            add("\"")
            separator = ","
        }
        if let bound {
            add(separator)
            add("le=\"")
            add(bound)
            add("\"")
        }
        if bound != nil || !labels.isEmpty { add("}") }
        add(" ")
        add(value)
        add("\n")
    }

    private mutating func add(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func addEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): add("\\\\")
            case UInt8(ascii: "\n"): add("\\n")
            case UInt8(ascii: "\"") where quotes: add("\\\"")
            default: bytes.append(byte)
            }
        }
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Whole numbers without a fraction, as the other programs write them.
        return value == value.rounded() && abs(value) < 1e15 ? Int64(value).description : value.description
    }
}
