extension ConfigurationValue {
    /// One of an enumeration's names.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ what: String, of type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard let text = string(what) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let list = known.joined(separator: ", ")
        let hint = nearestName(to: text, in: known).map { " (did you mean \"\($0)\"?)" } ?? ""
        reader.error(
            "expected \(what), found \(found)\(hint); known are \(list)", at: position, path: path,
            expected: "\(what): \(list)")
        return nil
    }

    /// An address to which paths are appended. Its text is in no message: it may hold a password.
    ///
    /// - Parameter isNeeded: whether it is an error that it names a variable that is not set.
    func baseURL(isNeeded: Bool) -> String? {
        let expected = "an address such as \"http://localhost:11434\""
        guard let scalar = scalar() else {
            mismatch(expected)
            return nil
        }
        if let name = scalar.substitution.unsetNames.first {
            if isNeeded { mismatch(expected, found: "the environment variable \(name), which is not set") }
            return nil
        }
        switch checkedBaseURL(scalar.substitution.text) {
        case .success(let url): return url
        case .failure(let problem):
            mismatch(expected, found: problem.found)
            return nil
        }
    }

    /// An API key, or `nil` for none: missing, empty, or naming a variable that is not set.
    ///
    /// - Parameter warnsIfUnset: whether the lack of the variable is worth a word.
    func apiKey(warnsIfUnset: Bool) -> Secret? {
        guard let scalar = scalar() else {
            mismatch("a text", found: kind)
            return nil
        }
        if let name = scalar.substitution.unsetNames.first {
            if warnsIfUnset { warning("the environment variable \(name) is not set, so there is no key") }
            return nil
        }
        switch checkedKey(scalar.substitution.text) {
        case .success(let key):
            if key != nil { warnIfReadable(scalar.substitution) }
            return key
        case .failure(let problem):
            mismatch("a key of visible ASCII characters", found: problem.found)
            return nil
        }
    }

    /// The value of a header field, or `nil` for none.
    func headerValue(isCredential: Bool) -> Secret? {
        guard let scalar = scalar() else {
            mismatch("a text", found: kind)
            return nil
        }
        if let name = scalar.substitution.unsetNames.first {
            warning("the environment variable \(name) is not set, so the field is left out")
            return nil
        }
        guard HeaderField.isClean(value: scalar.substitution.text) else {
            mismatch("a text on one line", found: "control characters")
            return nil
        }
        if isCredential { warnIfReadable(scalar.substitution) }
        return Secret(scalar.substitution.text)
    }

    /// What a secret's value is, without showing it.
    private var kind: String { isMapping ? "a mapping" : "a list" }

    private func warnIfReadable(_ substitution: EnvironmentSubstitution) {
        guard reader.isReadableByOthers, !substitution.replacedAny else { return }
        warning(
            "a secret in a file that other users can read or change; write \"${NAME}\" instead, or chmod 600 the file")
    }
}

/// Why a text is not usable, in words that do not show it.
package struct TextProblem: Error {
    package var found: String
}

/// A key without blanks around it; `nil` if nothing is left.
func checkedKey(_ text: String) -> Result<Secret?, TextProblem> {
    // A key read from a file often ends with that file's line end.
    let key = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    guard key.allSatisfy({ $0.isASCII && !$0.isWhitespace && $0.unicodeScalars.allSatisfy { $0.value > 0x20 } }),
        !key.contains("\u{7F}")
    else { return .failure(TextProblem(found: "blanks or other characters")) }
    return .success(key.isEmpty ? nil : Secret(String(key)))
}

/// An `http` or `https` address without a slash at its end, and without a user: addresses are shown.
package func checkedBaseURL(_ text: String) -> Result<String, TextProblem> {
    func problem(_ found: String) -> Result<String, TextProblem> { .failure(TextProblem(found: found)) }
    let isVisible = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard isVisible, !text.isEmpty else { return problem(text.isEmpty ? "an empty one" : "one with blanks") }
    guard let schemeEnd = text.firstRange(of: "://") else { return problem("one without http:// or https://") }
    guard ["http", "https"].contains(text[..<schemeEnd.lowerBound].lowercased()) else {
        return problem("another scheme than http or https")
    }
    let rest = text[schemeEnd.upperBound...]
    guard !rest.contains(where: { "?#".contains($0) }) else { return problem("one with a query or fragment") }
    let authority = rest.prefix { $0 != "/" }
    guard !authority.contains("@") else { return problem("one with a user name; use api_key or headers") }
    // A password with a slash in it would make a host of the user, and send requests there.
    guard !rest.contains("@") else { return problem("one with an @; write it as %40") }
    var host = authority
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
        let port = authority[authority.index(after: colon)...]
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(port), (1...65535).contains(number)
        else { return problem("one with a bad port") }
        host = authority[..<colon]
    }
    guard !host.isEmpty else { return problem("one without a host") }
    let isHost =
        host.hasPrefix("[")
        ? host.hasSuffix("]") && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || ":.%".contains($0) }
        : host.allSatisfy { $0.isLetter || $0.isNumber || "-._~".contains($0) }
    guard isHost else { return problem("one with a bad host") }
    return .success(String(text.reversed().drop { $0 == "/" }.reversed()))
}
