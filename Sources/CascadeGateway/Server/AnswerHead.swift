internal import CCascadeServer

/// The status and the header fields of an answer.
struct AnswerHead: Sendable {
    var status: Int
    var fields: [(name: String, value: String)] = []

    /// Lends the fields to C for the call.
    @unsafe func withFields<Value>(_ body: (UnsafePointer<casc_header>?, Int) -> Value) -> Value {
        var text: [CChar] = []
        var starts: [Int] = []
        for (name, value) in fields {
            for part in [name, value] {
                starts.append(text.count)
                // A control character would end the field, or the head; names of models and providers may hold any.
                text.append(contentsOf: part.utf8.lazy.map { CChar(bitPattern: $0 < 0x20 || $0 == 0x7F ? 0x20 : $0) })
                text.append(0)
            }
        }
        return unsafe text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return body(nil, 0) }
            var headers: [casc_header] = unsafe []
            for index in stride(from: 0, to: starts.count, by: 2) {
                unsafe headers.append(casc_header(name: start + starts[index], value: start + starts[index + 1]))
            }
            return unsafe headers.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
        }
    }
}
