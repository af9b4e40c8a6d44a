/// Members of a client's request by their types: `nil` where they are null, and else of the type or an error.
extension JSONHit {
    func text(_ path: @autoclosure () -> String) throws(ClientRequestError) -> String? {
        if isString { return string }
        guard isNull else { throw .expected("a string", at: path()) }
        return nil
    }

    func requiredText(_ path: @autoclosure () -> String) throws(ClientRequestError) -> String {
        guard isString else { throw .expected("a string", at: path()) }
        return string
    }

    func truth(_ path: String) throws(ClientRequestError) -> Bool? {
        if isNull { return nil }
        if isTrue { return true }
        guard isFalse else { throw .expected("true or false", at: path) }
        return false
    }

    func number(_ path: String, in range: ClosedRange<Double>) throws(ClientRequestError) -> Double? {
        if isNull { return nil }
        guard isNumber, let value = Double(string), range.contains(value) else {
            throw .expected("a number from \(range.lowerBound) to \(range.upperBound)", at: path)
        }
        return value
    }

    func integer(_ path: String, from least: Int? = nil) throws(ClientRequestError) -> Int? {
        if isNull { return nil }
        guard isNumber, let value = Int(string), value >= least ?? .min else {
            throw .expected(least.map { "a whole number from \($0)" } ?? "a whole number", at: path)
        }
        return value
    }

    /// An object's text as it stands.
    func json(_ path: String) throws(ClientRequestError) -> JSONText? {
        if isNull { return nil }
        guard isObject else { throw .expected("an object", at: path) }
        return JSONText(string)
    }
}
