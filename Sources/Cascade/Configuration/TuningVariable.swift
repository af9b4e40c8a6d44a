/// An environment variable that tunes the router.
public struct TuningVariable: Sendable {
    /// What a value may be, and where it goes.
    enum Kind: Sendable {
        case integer(any WritableKeyPath<Tuning, Int> & Sendable, ClosedRange<Int>)
        /// Bytes, with a suffix `k`, `m` or `g`.
        case size(any WritableKeyPath<Tuning, Int> & Sendable, ClosedRange<Int>)
        case seconds(any WritableKeyPath<Tuning, Duration> & Sendable, ClosedRange<Int>)
        case toggle(any WritableKeyPath<Tuning, Bool> & Sendable)
        case choice(any WritableKeyPath<Tuning, String> & Sendable, [String])
        case path(any WritableKeyPath<Tuning, String?> & Sendable)
    }

    public let name: String
    /// As one would write it; empty for none.
    public let defaultText: String
    /// What it does, in a sentence.
    public let summary: String
    /// When to change it, in a sentence.
    public let advice: String
    let kind: Kind

    init(_ name: String, _ kind: Kind, default defaultText: String, _ summary: String, change advice: String) {
        self.name = name
        self.kind = kind
        self.defaultText = defaultText
        self.summary = summary
        self.advice = advice
    }

    /// What is allowed, in words: `4k to 16m`.
    public var range: String {
        switch kind {
        case .integer(_, let range): "\(range.lowerBound) to \(range.upperBound)"
        case .size(_, let range): "\(sizeText(range.lowerBound)) to \(sizeText(range.upperBound))"
        case .seconds(_, let range): "\(range.lowerBound) to \(range.upperBound) seconds"
        case .toggle: "on or off"
        case .choice(_, let choices): choices.joined(separator: ", ")
        case .path: "a path"
        }
    }

    /// Sets the value in `tuning` from `text`; `false`, changing nothing, if it is not allowed.
    func apply(_ text: String, to tuning: inout Tuning) -> Bool {
        switch kind {
        case .integer(let property, let range):
            guard let value = Int(text), range.contains(value) else { return false }
            tuning[keyPath: property] = value
        case .size(let property, let range):
            guard let value = size(text), range.contains(value) else { return false }
            tuning[keyPath: property] = value
        case .seconds(let property, let range):
            guard let value = Int(text), range.contains(value) else { return false }
            tuning[keyPath: property] = .seconds(value)
        case .toggle(let property):
            switch text.lowercased() {
            case "on", "true", "yes", "1": tuning[keyPath: property] = true
            case "off", "false", "no", "0": tuning[keyPath: property] = false
            default: return false
            }
        case .choice(let property, let choices):
            guard choices.contains(text.lowercased()) else { return false }
            tuning[keyPath: property] = text.lowercased()
        case .path(let property):
            tuning[keyPath: property] = text.isEmpty ? nil : text
        }
        return true
    }

    /// The value in `tuning`, as one would write it.
    func text(in tuning: Tuning) -> String {
        switch kind {
        case .integer(let property, _): String(tuning[keyPath: property])
        case .size(let property, _): sizeText(tuning[keyPath: property])
        case .seconds(let property, _): String(tuning[keyPath: property].components.seconds)
        case .toggle(let property): tuning[keyPath: property] ? "on" : "off"
        case .choice(let property, _): tuning[keyPath: property]
        case .path(let property): tuning[keyPath: property] ?? ""
        }
    }
}

private let units: [(suffix: Character, shift: Int)] = [("g", 30), ("m", 20), ("k", 10)]

private func size(_ text: String) -> Int? {
    guard let suffix = text.last else { return nil }
    let unit = units.first { $0.suffix == Character(suffix.lowercased()) }
    guard let count = Int(unit == nil ? text[...] : text.dropLast()) else { return nil }
    let (bytes, overflows) = count.multipliedReportingOverflow(by: 1 << (unit?.shift ?? 0))
    return overflows ? nil : bytes
}

/// As one would write it: `64k`.
func sizeText(_ bytes: Int) -> String {
    guard bytes > 0, let unit = units.first(where: { bytes.trailingZeroBitCount >= $0.shift }) else {
        return String(bytes)
    }
    return "\(bytes >> unit.shift)\(unit.suffix)"
}
