/// Finds what OpenAI's chunks say of usage before they tell it, for a client that did not ask for it.
///
/// Its bytes cannot stand within a string, where a quote is escaped; so they are looked for without reading the chunk.
package struct UnaskedUsage {
    private static let text: StaticString = #","usage":null"#
    /// How far from the end it stood the last time: chunks mostly end alike.
    private var distance = 0
    /// Chunks in a row without it. A provider that sends none is not searched for it for ever.
    private var misses = 0

    private static let maxMisses = 4

    package init() {}

    /// Where it stands in the first `count` bytes of `record`.
    package mutating func range(in record: RawSpan, count: Int) -> Range<Int>? {
        guard misses < Self.maxMisses else { return nil }
        let length = Self.text.utf8CodeUnitCount
        let guess = count - distance
        if distance > 0, guess >= 0, RecordBytes.has(Self.text, in: record, at: guess, count: count) {
            return guess..<guess + length
        }
        guard let start = RecordBytes.first(Self.text, in: record, count: count) else {
            misses += 1
            return nil
        }
        misses = 0
        distance = count - start
        return start..<start + length
    }
}
