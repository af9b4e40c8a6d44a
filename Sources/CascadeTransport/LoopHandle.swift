internal import CCascadeTransport

/// The C loop, kept alive by everyone who may still call it: the loop's thread while it runs, its executor, endpoints
/// and transfers. So a late call finds a loop that has stopped, never memory that is gone.
///
// Sendable: `raw` is constant, and of the functions that take it those called here are safe from any thread.
@safe final class LoopHandle: @unchecked Sendable {
    let raw: OpaquePointer

    init(takingOwnership raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    deinit {
        // The thread that ran the loop holds a reference until it has returned from it.
        unsafe casc_loop_destroy(raw)
    }

    func wake() {
        unsafe casc_loop_wake(raw)
    }

    var isCurrent: Bool {
        unsafe casc_loop_is_current(raw)
    }
}
