import CLinux
import Glibc

/// An eventfd: a counter that one thread raises and another waits for.
struct LoopbackEvent: Sendable {
    let descriptor: Int32

    /// - Parameter blocks: whether ``clear()`` waits for a signal.
    init(blocks: Bool) throws(LoopbackProvider.StartError) {
        let flags = Int32(EFD_CLOEXEC) | (blocks ? 0 : Int32(EFD_NONBLOCK))
        descriptor = eventfd(0, flags)
        guard descriptor >= 0 else { throw .init(operation: "eventfd", code: errno) }
    }

    func signal() {
        // It fails only if the counter is full, and then a signal is pending anyway.
        _ = eventfd_write(descriptor, 1)
    }

    func clear() {
        var value: eventfd_t = 0
        // The pointer is used only until the call returns.
        while unsafe eventfd_read(descriptor, &value) != 0 && errno == EINTR {}
    }

    func close() { LoopbackSocket.close(descriptor) }
}
