extension ConfigurationValue {
    func bool() -> Bool? {
        let expected = "true or false"
        guard let scalar = scalar(), scalar.isTyped else {
            mismatch(expected)
            return nil
        }
        switch scalar.substitution.text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            mismatch(expected)
            return nil
        }
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard let scalar = scalar(), scalar.isTyped else {
            mismatch("a whole number")
            return nil
        }
        let digits = scalar.substitution.text.filter { $0 != "_" }
        guard let value = Int(digits) else {
            // A number too large for `Int` is a number all the same.
            let isWhole = digits.drop { $0 == "-" || $0 == "+" }.allSatisfy { $0.isASCII && $0.isNumber }
            mismatch(isWhole && !digits.isEmpty ? Self.expectation("a whole number", range) : "a whole number")
            return nil
        }
        guard range.contains(value) else {
            mismatch(Self.expectation("a whole number", range))
            return nil
        }
        return value
    }

    func number(in range: ClosedRange<Double>, _ what: String = "a number") -> Double? {
        guard let scalar = scalar(), scalar.isTyped,
            let value = Double(scalar.substitution.text.filter { $0 != "_" }), !value.isNaN
        else {
            mismatch(what)
            return nil
        }
        guard range.contains(value) else {
            mismatch(Self.expectation(what, range))
            return nil
        }
        return value
    }

    func seconds(in range: ClosedRange<Double>) -> Duration? {
        number(in: range, "a number of seconds").map { .milliseconds(Int64(($0 * 1000).rounded())) }
    }

    private static func expectation(_ what: String, _ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "\(what), at least \(range.lowerBound)" : "\(what) from \(range.lowerBound) to \(range.upperBound)"
    }

    private static func expectation(_ what: String, _ range: ClosedRange<Double>) -> String {
        range.upperBound == .greatestFiniteMagnitude
            ? "\(what), at least \(plain(range.lowerBound))"
            : "\(what) from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
    }

    private static func plain(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
