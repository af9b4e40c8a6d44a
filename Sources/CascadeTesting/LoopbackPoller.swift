import CLinux
import Glibc

/// An epoll instance, level-triggered, with its buffer of events. For one thread.
@safe struct LoopbackPoller: ~Copyable {
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let readable = Interest(rawValue: EPOLLIN.rawValue)
        static let writable = Interest(rawValue: EPOLLOUT.rawValue)
        /// The peer has sent a FIN.
        static let peerClosed = Interest(rawValue: EPOLLRDHUP.rawValue)
        /// The peer has sent an RST, or both directions are closed. Always reported.
        static let broken = Interest(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
    }

    private let descriptor: Int32
    // An event counts as unsafe for the union in it; of that only the 64-bit token is ever set and read.
    private var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)

    init() throws(LoopbackProvider.StartError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .init(operation: "epoll_create1", code: errno) }
    }

    deinit { LoopbackSocket.close(descriptor) }

    func add(_ socket: Int32, _ interest: Interest, token: UInt64) {
        control(EPOLL_CTL_ADD, socket, interest, token)
    }

    func modify(_ socket: Int32, _ interest: Interest, token: UInt64) {
        control(EPOLL_CTL_MOD, socket, interest, token)
    }

    func remove(_ socket: Int32) {
        control(EPOLL_CTL_DEL, socket, [], 0)
    }

    /// Waits for events, for ever if there is no timeout, and returns their number.
    mutating func wait(nanoseconds: UInt64?) -> Int {
        guard let nanoseconds else { return wait(milliseconds: -1) }
        var timeout = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        // As below; the kernel reads the timeout before it waits.
        let count = unsafe events.withUnsafeMutableBufferPointer {
            unsafe epoll_pwait2(descriptor, $0.baseAddress, Int32($0.count), &timeout, nil)
        }
        // Kernels before 5.11 have no such call. Rounded up: a timer that is not due yet would spin.
        guard count >= 0 || errno != ENOSYS else {
            return wait(milliseconds: Int32(clamping: (nanoseconds + 999_999) / 1_000_000))
        }
        return max(0, Int(count))
    }

    private mutating func wait(milliseconds: Int32) -> Int {
        // The kernel writes at most `$0.count` events, and only until the call returns.
        let count = unsafe events.withUnsafeMutableBufferPointer {
            unsafe epoll_wait(descriptor, $0.baseAddress, Int32($0.count), milliseconds)
        }
        return max(0, Int(count))
    }

    func event(_ index: Int) -> (token: UInt64, interest: Interest) {
        (unsafe events[index].data.u64, Interest(rawValue: unsafe events[index].events))
    }

    private func control(_ operation: Int32, _ socket: Int32, _ interest: Interest, _ token: UInt64) {
        var event = unsafe epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token))
        // The kernel copies the event before the call returns.
        let result = unsafe epoll_ctl(descriptor, operation, socket, &event)
        precondition(result == 0, "epoll_ctl failed with errno \(errno)")
    }
}
