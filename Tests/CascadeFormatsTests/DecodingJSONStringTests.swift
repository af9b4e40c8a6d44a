import CCascadeJSON
import Testing

/// Calls the C functions on arrays.
private enum JSONString {
    static func escape(_ bytes: [UInt8]) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { input in
            let from = unsafe input.assumingMemoryBound(to: CChar.self)
            guard let start = from.baseAddress else { return [] }
            let length = unsafe casc_json_escaped_length(start, from.count)
            let result = unsafe [CChar](unsafeUninitializedCapacity: 6 * from.count) { out, count in
                count = unsafe casc_json_escape(start, from.count, out.baseAddress!)
            }
            #expect(result.count == length)
            return result.map(UInt8.init(bitPattern:))
        }
    }

    static func unescape(_ bytes: [UInt8], held: inout UInt16) -> [UInt8] {
        unsafe bytes.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { from in
            guard let start = from.baseAddress else { return [] }
            return unsafe [CChar](unsafeUninitializedCapacity: from.count + 4) { out, count in
                count = unsafe casc_json_unescape(start, from.count, out.baseAddress!, &held)
            }.map(UInt8.init(bitPattern:))
        }
    }

    static func unescape(_ text: String) -> String {
        let bytes = text.utf8.map(CChar.init(bitPattern:))
        return unsafe bytes.withUnsafeBufferPointer { from in
            guard let start = from.baseAddress else { return "" }
            let result = unsafe [CChar](unsafeUninitializedCapacity: from.count + 4) { out, count in
                count = unsafe casc_json_unescape(start, from.count, out.baseAddress!, nil)
            }
            return String(decoding: result.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}

/// The plain reading of RFC 8259, 7.
private func reference(escape text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case "\u{8}": out += "\\b"
        case "\u{C}": out += "\\f"
        case _ where scalar.value < 0x20:
            let hex = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out
}

/// Code units written as escapes, at the writer's choice.
private func escaped(_ units: [UInt16], _ generator: inout SplitMix) -> String {
    var out = ""
    for unit in units {
        let isPlain = unit >= 0x20 && unit < 0x7F && unit != 0x22 && unit != 0x5C
        if isPlain, generator.next() % 2 == 0 {
            out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
        } else {
            let hex = String(unit, radix: 16, uppercase: generator.next() % 2 == 0)
            out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
    }
    return out
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Code units of all kinds, halves of pairs more often than in life.
private func randomUnits(_ generator: inout SplitMix) -> [UInt16] {
    (0..<Int.random(in: 0...24, using: &generator)).map { _ in
        switch generator.next() % 5 {
        case 0: UInt16.random(in: 0xD800...0xDBFF, using: &generator)
        case 1: UInt16.random(in: 0xDC00...0xDFFF, using: &generator)
        case 2: UInt16.random(in: 0...0xFFFF, using: &generator)
        default: UInt16.random(in: 0...0x7F, using: &generator)
        }
    }
}

@Suite struct DecodingJSONStringTests {
    @Test func `escaping follows the plain reading for any text`() {
        var generator = SplitMix(state: 1)
        for _ in 0..<3000 {
            let text = String(decoding: randomUnits(&generator), as: UTF16.self)
            #expect(String(decoding: JSONString.escape(Array(text.utf8)), as: UTF8.self) == reference(escape: text))
            #expect(JSONString.unescape(reference(escape: text)) == text)
        }
    }

    @Test func `invalid UTF-8 is replaced as the standard library replaces it`() {
        var generator = SplitMix(state: 2)
        let lead: [UInt8] = [0x00, 0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xE2, 0xED, 0xA0, 0xF0, 0x90, 0xF4, 0xFF]
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                lead.randomElement(using: &generator)!
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(String(decoding: JSONString.escape(bytes), as: UTF8.self) == reference(escape: text))
        }
    }

    @Test func `unescaping yields what the code units yield, unpaired surrogates replaced`() {
        var generator = SplitMix(state: 3)
        for _ in 0..<3000 {
            let units = randomUnits(&generator)
            #expect(JSONString.unescape(escaped(units, &generator)) == String(decoding: units, as: UTF16.self))
        }
    }

    @Test func `a text in two pieces is the same text wherever it is cut between characters`() {
        var generator = SplitMix(state: 4)
        for _ in 0..<300 {
            let units = randomUnits(&generator)
            for cut in 0...units.count {
                var held: UInt16 = 0
                var bytes = JSONString.unescape(Array(escaped(Array(units[..<cut]), &generator).utf8), held: &held)
                bytes += JSONString.unescape(Array(escaped(Array(units[cut...]), &generator).utf8), held: &held)
                if held != 0 { bytes += [0xEF, 0xBF, 0xBD] }
                #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: units, as: UTF16.self))
            }
        }
    }

    @Test(arguments: [
        (#"a\/b"#, "a/b"), (#"\q\u12"#, "qu12"), (#"\uZZZZ"#, "uZZZZ"), (#"end\"#, "end"), (#"\ud83d"#, "\u{FFFD}"),
        (#"\ud83d\ude00"#, "😀"), (#"\ud83dx\ude00"#, "\u{FFFD}x\u{FFFD}"), (#"\u0000"#, "\u{0}"),
    ])
    func `odd escapes lose nothing but their backslash`(_ escaped: String, _ text: String) {
        #expect(JSONString.unescape(escaped) == text)
    }

    @Test(arguments: [
        "{}", "[]", "0", "-0.5e-7", "1e400", "\"\\ud800\"", " [1, {\"a\": null}] \n", "true", "\"\"",
        "{\"a\":123456789012345678901234567890}",
        String(repeating: "[", count: 128) + String(repeating: "]", count: 128),
    ])
    func `one JSON value is valid, and cut anywhere is not`(_ text: String) {
        #expect(isValid(text))
        let trimmed = text.prefix { !"\n".contains($0) }
        guard "{[\"".contains(text.first { $0 != " " }!) else { return }
        let end = trimmed.lastIndex { $0 != " " }!
        var cut = trimmed.startIndex
        while cut < end || cut == end {
            #expect(!isValid(String(trimmed[..<cut])), "cut to \(trimmed[..<cut])")
            cut = trimmed.index(after: cut)
        }
    }

    @Test(arguments: [
        "", " ", "{", "}", "{}{}", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "01", "1.", ".5", "+1", "1e", "-", "NaN",
        "tru", "nulll", "'a'", "\"\\x\"", "\"\\u12G4\"", "\"a\nb\"", "1 2", "[1 2]", "{\"a\":1 \"b\":2}", "[\u{0}]",
        "{\"\\q\":1}", "[1}", String(repeating: "[", count: 129) + String(repeating: "]", count: 129),
    ])
    func `anything else is not valid`(_ text: String) {
        #expect(!isValid(text))
    }

    @Test func `invalid UTF-8 is not valid`() {
        #expect(!isValid([0x22, 0xFF, 0x22]))
        #expect(!isValid([0x22, 0xED, 0xA0, 0x80, 0x22]))
    }

    private func isValid(_ text: String) -> Bool { isValid(Array(text.utf8)) }

    private func isValid(_ bytes: [UInt8]) -> Bool {
        let parser = unsafe casc_json_parser_create()!
        defer { unsafe casc_json_parser_destroy(parser) }
        return unsafe bytes.withUnsafeBytes {
            unsafe casc_json_is_valid(parser, $0.baseAddress ?? UnsafeRawPointer(parser), $0.count)
        }
    }
}
