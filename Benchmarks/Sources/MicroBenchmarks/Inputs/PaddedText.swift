/// A record as the transport hands it over: readable bytes follow it.
struct PaddedText {
    let bytes: [UInt8]
    let count: Int

    init(_ text: String) {
        count = text.utf8.count
        bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 64)
    }
}
