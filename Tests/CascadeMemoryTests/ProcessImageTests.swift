import Testing

@testable import CascadeMemory

@Suite
struct ProcessImageTests {
    @Test func `the program runs on after its image was forgotten`() {
        #expect(ProcessImage.forgetUnused())
        #expect((0..<100).map { "\($0)" }.joined(separator: ",").hasSuffix("98,99"))
    }

    @Test func `less is resident afterwards`() throws {
        let before = try #require(ProcessMemory.current)
        #expect(ProcessImage.forgetUnused())
        let after = try #require(ProcessMemory.current)
        #expect(after.resident < before.resident)
    }

    @Test(arguments: [
        ("7f00-8f00 r-xp 00001000 fe:00 12   /lib/x y.so", 0x1000), ("7f00-8f00 r--p 0 fe:00 12 /lib/x", 0x1000),
        ("7f00-8f00 rw-p 0 fe:00 12 /lib/x", 0), ("7f00-8f00 r--p 0 00:00 0  [vvar]", 0),
        ("7f00-8f00 r--s 0 fe:00 12 /file", 0), ("7f00-8f00 r-xp 0 00:00 0 ", 0), ("Rss:   12 kB", nil),
        ("VmFlags: rd ex mr mw me sd zz", nil), ("", nil),
    ])
    func `mappings are told apart`(line: String, length: Int?) {
        let mapping = ImageMapping(Array(line.utf8))
        #expect(mapping?.length == length)
        #expect(mapping?.isUnwritten(Array("Anonymous:             0 kB".utf8)) ?? false == (length ?? 0 > 0))
        #expect(mapping?.isUnwritten(Array("Anonymous:             4 kB".utf8)) != true)
        #expect(mapping?.isUnwritten(Array("Rss:             0 kB".utf8)) != true)
    }
}
