internal import CCascadeJSON

/// One thing a scan found: where it lies in the text, still escaped.
///
/// A hit points into the text (or the parser's copy of it): it is good until the parser's next scan and while the text
/// is there. Hits never leave the call that scanned.
@safe struct JSONHit {
    private let raw: casc_json_hit

    init(_ raw: casc_json_hit) {
        unsafe self.raw = unsafe raw
    }

    var isEscaped: Bool { unsafe raw.escaped }
    var isString: Bool { has(CASC_JSON_STRING) }
    var isNumber: Bool { has(CASC_JSON_NUMBER) }
    var isNull: Bool { has(CASC_JSON_NULL) }
    var isTrue: Bool { has(CASC_JSON_TRUE) }
    var isFalse: Bool { has(CASC_JSON_FALSE) }
    var isArray: Bool { has(CASC_JSON_ARRAY) }
    var isObject: Bool { has(CASC_JSON_OBJECT) }
    /// The end of the object or array that began with the same tag.
    var isEnd: Bool { has(CASC_JSON_END) }
    /// A string with something in it. Formats use null, nothing and an empty string alike.
    var isText: Bool { unsafe isString && raw.length > 0 }

    /// A string, object or array with something in it. The two brackets alone are nothing.
    var isFilled: Bool { unsafe isText || ((isObject || isArray) && raw.length > 2) }

    private func has(_ type: casc_json_type) -> Bool {
        unsafe UInt32(raw.type) == type.rawValue
    }

    /// The bytes as they stand in the text. The scan keeps `bytes` valid for `length`; see the type's own rule.
    var bytes: UnsafeBufferPointer<UInt8> {
        let start = unsafe UnsafeRawPointer(raw.bytes)?.assumingMemoryBound(to: UInt8.self)
        return unsafe UnsafeBufferPointer(start: start, count: Int(raw.length))
    }

    /// Whether this is a string that reads exactly so. `text` needs no escapes.
    func equals(_ text: StaticString) -> Bool {
        let bytes = unsafe self.bytes
        return unsafe isString
            && bytes.elementsEqual(
                UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A copy of the string, or of a number's or container's text.
    var string: String {
        let bytes = unsafe self.bytes
        guard isString, isEscaped else { return unsafe String(decoding: bytes, as: UTF8.self) }
        // Unescaping writes at most 4 bytes more than it reads.
        return unsafe String(unsafeUninitializedCapacity: bytes.count + 4) { out in
            guard let from = bytes.baseAddress, let to = out.baseAddress else { return 0 }
            return unsafe casc_json_unescape(
                UnsafeRawPointer(from).assumingMemoryBound(to: CChar.self), bytes.count,
                UnsafeMutableRawPointer(to).assumingMemoryBound(to: CChar.self), nil)
        }
    }

    /// ``string`` unless this is not a string or an empty one.
    var text: String? { isText ? string : nil }

    /// A count: a number, not negative, at most 2^53. Numbers beyond that are brought into it; what is not finite is
    /// ignored.
    var count: Int? {
        guard isNumber else { return nil }
        if let exact = exactInteger { return min(max(exact, 0), .largestCount) }
        guard let value = Double(string), value.isFinite else { return nil }
        return Int(min(max(value, 0), Double(Int.largestCount)))
    }

    private var exactInteger: Int? {
        var value = 0
        let bytes = unsafe self.bytes
        let isNegative = unsafe bytes.first == UInt8(ascii: "-")
        guard bytes.count <= 18 else { return nil }
        for i in (isNegative ? 1 : 0)..<bytes.count {
            let byte = unsafe bytes[i]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return isNegative ? -value : value
    }
}

extension Int {
    /// Every integer up to here is exact in JSON. A -1 that some server wrote as unsigned is brought down to it.
    static let largestCount = 1 << 53

    /// The sum of two counts, at most ``largestCount``: sums of what a provider says are as bounded as what it says.
    func adding(count: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(count)
        return overflows ? .largestCount : Swift.min(sum, .largestCount)
    }
}

/// The hits of one scan in document order; as short-lived as a ``JSONHit``.
@safe struct JSONHits<Tag: RawRepresentable<UInt16>> {
    private let buffer: UnsafeBufferPointer<casc_json_hit>

    init(_ buffer: UnsafeBufferPointer<casc_json_hit>) {
        unsafe self.buffer = unsafe buffer
    }

    var count: Int { unsafe buffer.count }

    subscript(index: Int) -> JSONHit {
        unsafe JSONHit(buffer[index])
    }

    /// What the hit was asked for as.
    ///
    /// A scan reports the plan's tags only, and a plan takes none that `Tag` could not be made of so.
    func tag(_ index: Int) -> Tag? {
        unsafe unsafeBitCast(UInt8(truncatingIfNeeded: buffer[index].tag &- 1), to: Tag.self)
    }

    /// The index of the end that belongs to the container which begins at `index`. Tags do not nest within themselves.
    func end(of index: Int) -> Int {
        let tag = unsafe buffer[index].tag
        var i = index + 1
        while i < count {
            if unsafe buffer[i].tag == tag, self[i].isEnd { return i }
            i += 1
        }
        return count
    }
}
