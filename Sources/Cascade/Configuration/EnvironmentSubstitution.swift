/// Text with each `${NAME}` replaced from the environment.
struct EnvironmentSubstitution {
    /// The text after replacement; a name that is not set stays as written.
    private(set) var text = ""
    /// Whether anything was replaced.
    private(set) var replacedAny = false
    /// The names that are not set, in order.
    private(set) var unsetNames: [String] = []

    /// What is put in is not searched again: a value may contain `${`.
    init(_ written: String, environment: [String: String]) {
        var rest = written[...]
        while let start = rest.firstRange(of: "${") {
            let afterStart = rest[start.upperBound...]
            // A bound, because a file of nothing but `${` would otherwise be searched to its end for each of them.
            let end = afterStart.utf8.prefix(256).firstIndex(of: UInt8(ascii: "}"))
            text += rest[..<start.lowerBound]
            guard let end, Self.isName(afterStart[..<end]) else {
                // Not a reference; a later `${` within it may still be one.
                text += "${"
                rest = afterStart
                continue
            }
            let name = String(afterStart[..<end])
            if let value = environment[name] {
                text += value
                replacedAny = true
            } else {
                text += "${\(name)}"
                unsetNames.append(name)
            }
            rest = rest[rest.utf8.index(after: end)...]
        }
        text += rest
    }

    private static func isName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
