internal import CBlackHole

enum BlackHole {
    /// Uses a result, so that the work behind it is done.
    @inline(__always)
    static func take<Value>(_ value: Value) {
        withUnsafePointer(to: value) { black_hole_take($0) }
    }
}
