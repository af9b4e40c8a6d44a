import Foundation

/// A page of metrics, read by the letter of Prometheus' text format 0.0.4: what a lenient reader would let pass is an
/// error here.
struct PrometheusPage {
    struct Problem: Error, Equatable {
        var line: Int
        var what: String
    }

    struct Series: Hashable {
        var name: String
        var labels: [String: String]
    }

    private(set) var kinds: [String: String] = [:]
    private(set) var values: [Series: Double] = [:]
    /// In the page's order, to check each histogram.
    private var order: [Series] = []
    private var helped: Set<String> = []
    private var current = ""

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Problem(line: 0, what: "the last line has no end") }
        for (index, line) in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do {
                try line.hasPrefix("#") ? readComment(String(line)) : readSample(Array(line.unicodeScalars))
            } catch let complaint as Complaint {
                throw Problem(line: index + 1, what: complaint.what)
            }
        }
        for (family, kind) in kinds where kind == "histogram" { try checkHistogram(family) }
    }

    /// The value of one series.
    subscript(name: String, labels: KeyValuePairs<String, String>) -> Double? {
        values[Series(name: name, labels: Dictionary(uniqueKeysWithValues: labels.map { ($0, $1) }))]
    }

    subscript(name: String) -> Double? { self[name, [:]] }

    /// The sum over all series of a name whose labels include these.
    func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        values.reduce(0) { sum, entry in
            let fits = entry.key.name == name && labels.allSatisfy { entry.key.labels[$0.key] == $0.value }
            return fits ? sum + entry.value : sum
        }
    }

    // MARK: - Lines

    private struct Complaint: Error {
        var what: String
    }

    private mutating func readComment(_ line: String) throws {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[0] == "#", Self.isName(words[2], colons: true) else {
            throw Complaint(what: "a comment that is neither HELP nor TYPE")
        }
        switch words[1] {
        case "HELP":
            guard helped.insert(words[2]).inserted else { throw Complaint(what: "a second HELP, or a split family") }
            try Self.checkEscapes(words[3], allowed: "\\n")
            current = words[2]
        case "TYPE":
            guard words[2] == current, kinds[current] == nil else { throw Complaint(what: "TYPE without its HELP") }
            guard ["counter", "gauge", "histogram"].contains(words[3]) else { throw Complaint(what: "unknown type") }
            guard words[3] != "counter" || current.hasSuffix("_total") else {
                throw Complaint(what: "a counter that does not end in _total")
            }
            kinds[current] = words[3]
        default: throw Complaint(what: "a comment that is neither HELP nor TYPE")
        }
    }

    private mutating func readSample(_ line: [Unicode.Scalar]) throws {
        var at = line.firstIndex { $0 == "{" || $0 == " " } ?? line.count
        let name = Self.text(line[..<at])
        guard Self.isName(name, colons: true) else { throw Complaint(what: "not a name: \(name)") }
        var labels: [String: String] = [:]
        if at < line.count, line[at] == "{" { labels = try Self.readLabels(line, &at) }
        guard at < line.count, line[at] == " " else { throw Complaint(what: "no value") }
        let value = Self.text(line[(at + 1)...])
        guard let number = ["+Inf": .infinity, "-Inf": -.infinity, "NaN": .nan][value] ?? Self.number(value) else {
            throw Complaint(what: "not a number: \(value)")
        }
        try check(name, labels, number)
        let series = Series(name: name, labels: labels)
        guard values.updateValue(number, forKey: series) == nil else { throw Complaint(what: "a series twice") }
        order.append(series)
    }

    private func check(_ name: String, _ labels: [String: String], _ value: Double) throws {
        guard let kind = kinds[current] else { throw Complaint(what: "a sample before its TYPE") }
        if kind == "histogram" {
            let part = name.hasPrefix(current) ? String(name.dropFirst(current.count)) : ""
            guard ["_bucket", "_sum", "_count"].contains(part) else {
                throw Complaint(what: "not \(current)'s: \(name)")
            }
            guard (part == "_bucket") == (labels["le"] != nil) else { throw Complaint(what: "le is for buckets") }
        } else {
            guard name == current else { throw Complaint(what: "not of the family \(current): \(name)") }
        }
        guard kind == "gauge" || value >= 0 else { throw Complaint(what: "a count below zero") }
    }

    private static func readLabels(_ line: [Unicode.Scalar], _ at: inout Int) throws -> [String: String] {
        var labels: [String: String] = [:]
        repeat {
            at += 1
            guard let equals = line[at...].firstIndex(of: "=") else { throw Complaint(what: "a label without a value") }
            let name = text(line[at..<equals])
            guard isName(name, colons: false), !name.hasPrefix("__") else {
                throw Complaint(what: "not a label: \(name)")
            }
            at = equals + 1
            guard labels.updateValue(try readQuoted(line, &at), forKey: name) == nil else {
                throw Complaint(what: "the label \(name) twice")
            }
        } while at < line.count && line[at] == ","
        guard at < line.count, line[at] == "}" else { throw Complaint(what: "labels without an end") }
        at += 1
        return labels
    }

    private static func readQuoted(_ line: [Unicode.Scalar], _ at: inout Int) throws -> String {
        guard at < line.count, line[at] == "\"" else { throw Complaint(what: "a value that is not in quotes") }
        at += 1
        var value = String.UnicodeScalarView()
        while at < line.count, line[at] != "\"" {
            if line[at] == "\\" {
                at += 1
                guard at < line.count, let plain = ["\\": "\\", "\"": "\"", "n": "\n"][line[at]] as Unicode.Scalar?
                else {
                    throw Complaint(what: "an unknown escape")
                }
                value.append(plain)
            } else {
                value.append(line[at])
            }
            at += 1
        }
        guard at < line.count else { throw Complaint(what: "quotes without an end") }
        at += 1
        return String(value)
    }

    private static func checkEscapes(_ help: String, allowed: String) throws {
        var escaped = false
        for character in help.unicodeScalars {
            if escaped, !allowed.unicodeScalars.contains(character) { throw Complaint(what: "an unknown escape") }
            escaped = !escaped && character == "\\"
        }
        if escaped { throw Complaint(what: "half an escape") }
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            case UInt8(ascii: ":"): colons
            default: false
            }
        }
    }

    /// Digits with a sign, a point and an exponent: Swift would take more.
    private static func number(_ text: String) -> Double? {
        text.utf8.allSatisfy { "0123456789+-.e".utf8.contains($0) } ? Double(text) : nil
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    // MARK: - Histograms

    private func checkHistogram(_ family: String) throws {
        func fail(_ what: String) -> Problem { Problem(line: 0, what: "\(family): \(what)") }
        var last: [[String: String]: (bound: Double, count: Double)] = [:]
        for series in order where series.name == family + "_bucket" {
            var labels = series.labels
            let bound = labels.removeValue(forKey: "le").flatMap { $0 == "+Inf" ? .infinity : Double($0) }
            guard let bound, let count = values[series] else { throw fail("a bound that is no number") }
            if let before = last[labels], bound <= before.bound || count < before.count { throw fail("not rising") }
            last[labels] = (bound, count)
        }
        for (labels, end) in last {
            guard end.bound == .infinity else { throw fail("no +Inf") }
            let count = values[Series(name: family + "_count", labels: labels)]
            guard count == end.count else { throw fail("+Inf and _count differ") }
            guard values[Series(name: family + "_sum", labels: labels)] != nil else { throw fail("no _sum") }
        }
        let counts = order.filter { $0.name == family + "_count" || $0.name == family + "_sum" }
        guard counts.allSatisfy({ last[$0.labels] != nil }) else { throw fail("a count without buckets") }
    }
}
