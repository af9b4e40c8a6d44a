internal import CBenchSystem

enum Processor {
    /// Keeps this process on one processor, threads made from here on included: whether client and double share one
    /// changes every figure, and the scheduler's choice is not the same each time. To be called first; does nothing
    /// where there is none of this number.
    static func pin(to number: Int) {
        _ = bench_stay_on_processor(Int32(clamping: number))
    }
}
