import Testing

@testable import CascadeFormats

private enum Tag: UInt16 {
    case a = 1
    case list, element, name, raw
}

private let plan = JSONPlan<Tag>([
    JSONNode("a", .a),
    JSONNode("list", .list, [JSONNode("*", .element, [JSONNode("name", .name)])]),
    JSONNode("deep", nil, [JSONNode("raw", .raw)]),
])

/// The hits as text: tag, and what was found.
private func scan(_ bytes: [UInt8]) throws(JSONScanError) -> [String] {
    let parser = JSONParserPool.take()
    defer { JSONParserPool.giveBack(parser) }
    let padded = bytes + [UInt8](repeating: 0x5D, count: 64)
    let hits = unsafe try parser.scan(padded.span.bytes, count: bytes.count, plan: plan)
    return (0..<hits.count).map { i in
        let hit = hits[i]
        let tag = hits.tag(i).map { "\($0)" } ?? "?"
        if hit.isEnd { return tag + " end" }
        return hit.isNull ? tag + " null" : hit.isTrue ? tag + " true" : tag + " " + hit.string
    }
}

private func scan(_ text: String) throws(JSONScanError) -> [String] {
    try scan(Array(text.utf8))
}

@Suite struct DecodingScanTests {
    @Test(
        arguments: [
            (#"{"a":1}"#, ["a 1"]),
            (#" {"x":[{"a":2}],"a":"t\n"} "#, ["a t\n"]),
            (#"{"a":1,"a":2}"#, ["a 1", "a 2"]),
            (#"{"a":null,"list":null}"#, ["a null", "list null"]),
            (
                #"{"list":[{"name":"x","y":1},2,{"name":true}]}"#,
                [
                    "list ", "element ", "name x", "element end", "element 2", "element ", "name true", "element end",
                    "list end",
                ]
            ),
            (#"{"deep":{"raw":{"k": [1,"]"]} }}"#, [#"raw {"k": [1,"]"]}"#]),
            (#"{"b":1e999,"a":1e999}"#, ["a 1e999"]),
            // Members in another order than the plan's, repeated, and of names that begin alike or with nothing.
            (#"{"list":[{"name":1}],"x":0,"a":2}"#, ["list ", "element ", "name 1", "element end", "list end", "a 2"]),
            (#"{"deep":{"raw":1,"raw":2,"r":3},"a":4,"list":5,"a":6}"#, ["raw 1", "raw 2", "a 4", "list 5", "a 6"]),
            (#"{"":1,"ab":2,"lis":3,"lists":4,"a\"":5,"\u0061":6,"!":7,"a":8}"#, ["a 8"]),
            ("[1]", []), ("\u{FEFF}{\"a\":3}", ["a 3"]), ("12", []),
        ] as [(String, [String])])
    func `a scan reports what the plan names, in order`(_ text: String, _ hits: [String]) throws {
        #expect(try scan(text) == hits)
    }

    @Test(arguments: [
        "", "  ", "{", "{\"a\":1", "{\"a\":1}}", "{\"a\":1}x", "{\"a\":1}{}", "{\"a\":tru}", "{\"a\":nul}",
        "{\"a\" 1}", "{\"a\":\"x}", "{\"deep\":{\"raw\":[1,}}", "{\"deep\":{\"raw\":[01]}}", "<html>",
        "{\"deep\":{\"raw\":[0\u{0}1]}}", "{\"deep\":{\"raw\":{\"x\":\"\":[1}]}}}", "{\"a\":\"\":[1}]}",
        "{\"deep\":{\"raw\":[false\u{11}]}}", "null\u{11}",
    ])
    func `what is not one JSON value is malformed`(_ text: String) {
        #expect(throws: JSONScanError.malformed) { try scan(text) }
    }

    @Test(arguments: ["12", "-1.5e3", "true", "\"x\""])
    func `what lies behind a bare value is not read`(_ text: String) throws {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        for behind in [0, 0x20, 0x22, 0x27, 0x39, 0x65, 0xFF] as [UInt8] {
            let padded = Array(text.utf8) + [UInt8](repeating: behind, count: 64)
            let hits = unsafe try parser.scan(padded.span.bytes, count: text.utf8.count, plan: plan)
            #expect(hits.count == 0)
        }
    }

    @Test func `every cut of a text is malformed`() {
        let text = Array(#"{"list":[{"name":"é\n","z":{"q":[1,2]}}],"a":-1.5e3,"deep":{"raw":{"x":[]}}}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONScanError.malformed) { try scan(Array(text[..<count])) }
        }
    }

    @Test func `invalid UTF-8 is replaced, and the next text is read in place again`() throws {
        #expect(
            try scan(Array("{\"a\":\"x".utf8) + [0xFF, 0xE2, 0x82] + Array("y\"}".utf8)) == ["a x\u{FFFD}\u{FFFD}y"])
        #expect(try scan(#"{"a":"z"}"#) == ["a z"])
    }

    @Test(arguments: [127, 128, 129, 4000])
    func `a value taken whole is at most 128 levels deep`(_ depth: Int) throws {
        let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let text = #"{"deep":{"raw":"# + value + "}}"
        if depth <= 128 {
            #expect(try scan(text) == ["raw " + value])
        } else {
            #expect(throws: JSONScanError.tooDeep) { try scan(text) }
        }
    }

    @Test func `what nobody asked for may be as deep as it likes`() throws {
        let value = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(try scan(#"{"z":"# + value + #","a":1}"#) == ["a 1"])
    }

    @Test func `a huge text between small ones`() throws {
        let text = String(repeating: "long ", count: 400_000)
        #expect(try scan(#"{"a":""# + text + #""}"#) == ["a " + text])
        #expect(try scan(#"{"a":1}"#) == ["a 1"])
    }

    @Test(
        arguments: [
            ("0", 0), ("12", 12), ("-3", 0), ("1.0", 1), ("2.9e1", 29), ("1e400", nil), ("9007199254740993", 1 << 53),
            ("123456789012345678901234567890", 1 << 53), ("\"7\"", nil), ("null", nil),
        ] as [(String, Int?)])
    func `a count is brought into range or ignored`(_ number: String, _ count: Int?) throws {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        let bytes = Array("{\"a\":\(number)}".utf8)
        let padded = bytes + [UInt8](repeating: 0, count: 64)
        let hits = unsafe try parser.scan(padded.span.bytes, count: bytes.count, plan: plan)
        #expect(hits[0].count == count)
    }
}
