internal import Cascade

/// As the store holds it: five bytes for each step that holds any, its number and its count, the lowest byte first.
extension LatencyBuckets {
    init(blob: [UInt8]) {
        self.init()
        for start in stride(from: 0, to: blob.count - 4, by: 5) {
            let count = (1...4).reduce(UInt32(0)) { $0 | UInt32(blob[start + $1]) << (8 * UInt32($1 - 1)) }
            add(count, to: Int(blob[start]))
        }
    }

    var blob: [UInt8] {
        filled.flatMap { bucket, count in
            [UInt8(bucket)] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) }
        }
    }
}
