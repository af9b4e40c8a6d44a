/// A key as its client sends it: `csk_`, its public identifier, `_`, and 256 random bits.
struct KeySecret: Equatable {
    let text: String
    let id: String

    private static let prefix = "csk_"
    private static let idDigits = 10
    private static let secretDigits = 64

    /// A new one, from the system's random numbers.
    static func random() -> KeySecret {
        var system = SystemRandomNumberGenerator()
        func digits(_ count: Int) -> String {
            stride(from: 0, to: count, by: 2).map { _ in hex(UInt8.random(in: .min ... .max, using: &system)) }.joined()
        }
        let id = digits(idDigits)
        return KeySecret(text: prefix + id + "_" + digits(secretDigits), id: id)
    }

    private init(text: String, id: String) {
        self.text = text
        self.id = id
    }

    /// What a client sent, if it has a key's form.
    init?(_ text: String) {
        let utf8 = text.utf8
        let idStart = Self.prefix.utf8.count
        guard utf8.count == idStart + Self.idDigits + 1 + Self.secretDigits, utf8.starts(with: Self.prefix.utf8) else {
            return nil
        }
        self.text = text
        id = String(text.dropFirst(idStart).prefix(Self.idDigits))
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
