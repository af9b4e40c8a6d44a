internal import CascadeFormats

/// A failed response: one byte for the provider, two for its status, then its body. Also what else is read of bodies.
func fuzzErrors(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    var input = Input(bytes, length)
    let type = ProviderType.allCases[Int(input.byte()) % ProviderType.allCases.count]
    let status = 100 + (Int(input.byte()) << 8 | Int(input.byte())) % 500
    let body = FramedRecord(kind: .body, bytes: input.bytes)
    body.withPadding { span, count in
        let head = ResponseHead(status: status)
        let error = ErrorClassifier.classify(type: type, head: head, body: span, count: count)
        require(
            error == ErrorClassifier.classify(type: type, head: head, body: span, count: count), "an error is the same")
        checkText(error.message)
        error.code.map(checkText)
        error.requestID.map(checkText)
        checkWait(error.retryAfter)
        _ = OllamaCatalog.models(span, count: count)
        _ = OllamaPullDecoder().decode(span, count: count)
    }
    return 0
}

private func checkText(_ text: String) {
    require(text.utf8.count <= 4096, "an error's text is short")
    require(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "an error's text is one line")
}

/// Not negative, and at most a hundred years.
func checkWait(_ wait: Duration?) {
    guard let wait else { return }
    require(wait >= .zero && wait <= .seconds(3_155_760_000), "a wait is within its bounds: \(wait)")
}
