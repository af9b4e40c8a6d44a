/// SplitMix64: the same numbers on every run, so that a failing input can be made again from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }

    /// Where to cut `length` bytes into `pieces` runs, some of them perhaps empty.
    mutating func cuts(in length: Int, pieces: Int) -> [Int] {
        (1..<max(pieces, 1)).map { _ in Int.random(in: 0...length, using: &self) }.sorted()
    }
}
