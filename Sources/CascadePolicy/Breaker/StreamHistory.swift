/// How the last few committed answers ended: whole, or cut.
///
/// Apart from the start failures, because a provider that starts every stream and finishes none looks well by them.
struct StreamHistory: Sendable {
    static let length = 5
    static let cutsThatTrip = 3

    // One bit an answer, the newest lowest; 1 is a cut.
    private var bits: UInt8 = 0

    var tripped: Bool {
        bits.nonzeroBitCount >= Self.cutsThatTrip
    }

    mutating func record(cut: Bool) {
        let window: UInt8 = (1 << Self.length) - 1
        bits = ((bits << 1) | (cut ? 1 : 0)) & window
    }

    mutating func clear() {
        bits = 0
    }
}
