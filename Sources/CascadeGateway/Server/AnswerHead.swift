internal import CCascadeServer

/// The status and the header fields of an answer.
struct AnswerHead: Sendable {
    var status: Int
    var fields: [(name: String, value: String)] = []
    /// What ``fields`` tell of its way through the cascade.
    private(set) var told: AnswerFields.Told?

    init(status: Int, fields: [(name: String, value: String)] = []) {
        self.status = status
        self.fields = fields
    }

    mutating func tell(_ told: AnswerFields.Told) {
        told.add(to: &fields)
        self.told = told
    }

    /// Lends the fields to C for the call.
    @unsafe func withFields<Value>(_ body: (UnsafePointer<casc_header>?, Int) -> Value) -> Value {
        // An empty field says nothing, and libmicrohttpd would refuse the whole head.
        let fields = fields.contains { $0.value.isEmpty } ? fields.filter { !$0.value.isEmpty } : fields
        let bytes = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(bytes, 1)) { text in
            unsafe withUnsafeTemporaryAllocation(of: casc_header.self, capacity: max(fields.count, 1)) { headers in
                // Each is written before it is lent, and `text` has room for all of them.
                var end = text.baseAddress!
                for (index, (name, value)) in fields.enumerated() {
                    let header = unsafe casc_header(name: Self.put(name, at: &end), value: Self.put(value, at: &end))
                    unsafe headers.initializeElement(at: index, to: header)
                }
                return unsafe body(headers.baseAddress, fields.count)
            }
        }
    }

    /// Writes the text and a zero, and moves `end` behind them.
    @unsafe private static func put(_ text: String, at end: inout UnsafeMutablePointer<UInt8>) -> UnsafePointer<CChar> {
        var text = text
        let start = unsafe end
        text.withUTF8 { utf8 in
            // Whoever calls has made room for all bytes of the text.
            if let bytes = utf8.baseAddress { unsafe end.initialize(from: bytes, count: utf8.count) }
            unsafe end += utf8.count
        }
        // A control character would end the field, or the head; names of models and providers may hold any.
        for index in 0..<(unsafe end - start) where unsafe start[index] < 0x20 || start[index] == 0x7F {
            unsafe start[index] = 0x20
        }
        unsafe end.initialize(to: 0)
        unsafe end += 1
        return unsafe UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
    }
}
