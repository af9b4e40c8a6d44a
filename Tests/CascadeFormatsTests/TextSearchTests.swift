import Testing

@testable import CascadeFormats

@Suite struct TextSearchTests {
    @Test(
        arguments: [
            ("retry in 5s", "retry in ", 0..<9), ("aab", "ab", 1..<3), ("Retry", "try", 2..<5), ("RETRY", "try", 2..<5),
            ("retry", "ReTrY", 0..<5), ("é limit: 0", "limit: 0", 3..<11), ("a", "a", 0..<1),
            ("tr", "try", nil), ("", "a", nil), ("a", "", nil), ("caf\u{E9}", "e", nil),
            // Bytes that differ from others by the bit of case alone.
            ("@", "`", nil), ("[", "{", nil), ("k\u{212A}", "kk", nil),
        ] as [(String, String, Range<Int>?)])
    func `words are found in any case`(_ text: String, _ words: String, _ range: Range<Int>?) {
        #expect(text.utf8Span.span.firstRange(of: words) == range)
        #expect(text.contains(anyCase: words) == (range != nil))
    }

    @Test func `the search begins where it is told and minds case when it is told`() {
        let text = "aA aa aA"
        #expect(text.utf8Span.span.firstRange(of: "aa", from: 1) == 3..<5)
        #expect(text.utf8Span.span.firstRange(of: "aA", from: 1, anyCase: false) == 6..<8)
        #expect(text.utf8Span.span.firstRange(of: "Aa", anyCase: false) == nil)
        #expect(text.utf8Span.span.firstRange(of: "aa", from: 7) == nil)
        #expect(text.utf8Span.span.firstRange(of: "aa", from: 9) == nil)
    }

    @Test func `beginnings, ends and whole texts are compared`() {
        #expect("X-Reset".hasPrefix(anyCase: "x-") && !"X".hasPrefix(anyCase: "x-"))
        #expect("X-Reset".hasSuffix(anyCase: "-reset") && !"reset".hasSuffix(anyCase: "-reset"))
        #expect("Date".equals(anyCase: "dAtE") && !"Dates".equals(anyCase: "date") && !"Dat".equals(anyCase: "date"))
        #expect("".equals(anyCase: ""))
    }

    @Test(arguments: [
        ("a b", ["a", "b"]), (" , a,-b ", ["a", "b"]), ("", []), (" , ", []), ("é", ["é"]),
    ])
    func `words are read one by one`(_ text: String, _ expected: [String]) {
        var words = TextWords(text[...], separators: " ,-")
        for word in expected {
            #expect(!words.isAtEnd)
            #expect(words.next() == word)
        }
        #expect(words.isAtEnd)
        #expect(words.next().isEmpty)
    }
}
