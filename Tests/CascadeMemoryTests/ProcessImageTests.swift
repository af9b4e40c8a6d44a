import Testing

@testable import CascadeMemory

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite
struct ProcessImageTests {
    @Test func `the program runs on after its image was forgotten`() {
        #expect(ProcessImage.forgetUnused())
        #expect((0..<100).map { "\($0)" }.joined(separator: ",").hasSuffix("98,99"))
    }

    @Test func `a file that was read is forgotten, and can be read again`() throws {
        let file = try #require(CommandLine.arguments.first)
        let descriptor = open(file, O_RDONLY)
        defer { close(descriptor) }
        let size = 1 << 20
        let address = try #require(mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0))
        defer { munmap(address, size) }
        let bytes = UnsafeRawBufferPointer(start: address, count: size)
        let sum = bytes.reduce(0) { $0 &+ Int($1) }
        #expect(try resident(at: address) > 0)
        ProcessImage.forgetUnused()
        #expect(try resident(at: address) == 0)
        #expect(bytes.reduce(0) { $0 &+ Int($1) } == sum)
    }

    /// KiB of the mapping that begins here.
    private func resident(at address: UnsafeMutableRawPointer) throws -> Int {
        let text = String(decoding: try #require(SystemFile.read("/proc/self/smaps")), as: UTF8.self)
        let start = String(UInt(bitPattern: address), radix: 16) + "-"
        let lines = text.split(separator: "\n").drop { !$0.hasPrefix(start) }
        let line = try #require(lines.first { $0.hasPrefix("Rss:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    @Test(arguments: [
        ("7f00-8f00 r-xp 00001000 fe:00 12   /lib/x y.so", 0x1000), ("7f00-8f00 r--p 0 fe:00 12 /lib/x", 0x1000),
        ("7f00-8f00 rw-p 0 fe:00 12 /lib/x", 0), ("7f00-8f00 r--p 0 00:00 0  [vvar]", 0),
        ("7f00-8f00 r--s 0 fe:00 12 /file", 0), ("7f00-8f00 r-xp 0 00:00 0 ", 0), ("Rss:   12 kB", nil),
        ("VmFlags: rd ex mr mw me sd zz", nil), ("", nil),
    ])
    func `mappings are told apart`(line: String, length: Int?) {
        #expect(ImageMapping(Array(line.utf8))?.length == length)
        #expect(isUnwritten(line, "Anonymous:   0 kB", "LazyFree:   4 kB", "Swap:    0 kB") == (length ?? 0 > 0))
        #expect(!isUnwritten(line, "Anonymous:   4 kB", "Swap:   0 kB"))
        #expect(!isUnwritten(line, "Anonymous:   0 kB", "Swap:   4 kB"))
        #expect(!isUnwritten(line, "Rss:   0 kB", "Anonymous:   0 kB", "SwapPss:   0 kB"))
    }

    /// What the lines about a mapping come to.
    private func isUnwritten(_ first: String, _ lines: String...) -> Bool {
        guard var mapping = ImageMapping(Array(first.utf8)) else { return false }
        return lines.map { mapping.isUnwritten(after: Array($0.utf8)) }.contains(true)
    }
}
