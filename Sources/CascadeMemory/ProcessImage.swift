#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The program and its libraries as they lie in the process's memory.
public enum ProcessImage {
    /// Has the system forget the pages of code and constants that this process has mapped so far.
    ///
    /// For a service, once it has started: linking, configuration and the like are done with, and a page that was read
    /// brings its neighbours along, so that most of a program's image is mapped and never used. What is used again is
    /// mapped again, from the system's cache of files, at a microsecond for each sixteen pages. Only mappings of files
    /// that nothing was written to are let go of. Takes some milliseconds. The memory of other processes with the same
    /// files is not touched.
    ///
    /// - Returns: whether it was done; not where the system has no `/proc`.
    @discardableResult
    public static func forgetUnused() -> Bool {
        guard let text = SystemFile.read("/proc/self/smaps") else { return false }
        var mapping: ImageMapping?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if let next = ImageMapping(line) {
                mapping = next
            } else if mapping?.isUnwritten(after: line) == true, let found = mapping.take() {
                // Read-only, backed by a file, and without a page of its own: what is let go of is read again from the
                // file when it is used.
                unsafe madvise(UnsafeMutableRawPointer(bitPattern: found.start), found.length, MADV_DONTNEED)
            }
        }
        return true
    }
}

/// A mapping of a file that can be read and not written, from its line in `/proc/PID/smaps`; see proc(5).
struct ImageMapping: Equatable {
    var start: UInt
    var length: Int
    /// Whether a page is known to be the process's own.
    private var isWritten = false

    /// `nil` for a line that begins no mapping. Of a mapping of another kind the length is 0: it is one nevertheless, so
    /// that what is said of it is not taken for the one before.
    init?(_ line: some Collection<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
        guard words.count >= 5, let first = words[0].firstIndex(of: UInt8(ascii: "-")),
            let start = Self.number(words[0][..<first]), let end = Self.number(words[0][first...].dropFirst()),
            end > start
        else { return nil }
        let isFile = words.count == 6 && words[5].drop { $0 == UInt8(ascii: " ") }.first == UInt8(ascii: "/")
        let isImage = isFile && ["r--p", "r-xp"].contains { words[1].elementsEqual($0.utf8) }
        self.start = start
        length = isImage ? Int(end - start) : 0
    }

    /// Takes in a line about it. `true` with the last that counts, when no page is the process's own: neither in memory,
    /// nor swapped out, which the system would forget as well.
    mutating func isUnwritten(after line: some Collection<UInt8>) -> Bool {
        let isLast = line.starts(with: "Swap:".utf8)
        guard length > 0, isLast || line.starts(with: "Anonymous:".utf8) else { return false }
        let count = line.split(separator: UInt8(ascii: " ")).dropFirst().first
        if count?.elementsEqual("0".utf8) != true { isWritten = true }
        return isLast && !isWritten
    }

    private static func number(_ hexadecimal: some Collection<UInt8>) -> UInt? {
        UInt(String(decoding: hexadecimal, as: UTF8.self), radix: 16)
    }
}
