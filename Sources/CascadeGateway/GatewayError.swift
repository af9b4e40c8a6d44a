#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Why a gateway does not serve.
public struct GatewayError: Error, Sendable, CustomStringConvertible {
    public var message: String
    /// The address is one that ``GatewayOptions/allowsAnyHost`` is asked for.
    public var isHostRefused = false
    /// Another process listens there.
    public var isAddressTaken = false
    public var description: String { message }

    init(_ message: String) {
        self.message = message
    }

    init(_ what: String, errno code: Int32) {
        let reason =
            switch code {
            case EADDRINUSE: "another process listens there"
            case EADDRNOTAVAIL: "this machine has no such address"
            case EACCES: "this user may not; ports below 1024 are the system's"
            case EINVAL: "not an address in numbers, such as 127.0.0.1 or ::1"
            case EMFILE, ENFILE: "no descriptors are left"
            case ECANCELED: "the router was shut down"
            case ENOMEM: "out of memory, or libmicrohttpd refused"
            default: "error \(code) of the system"
            }
        message = "\(what): \(reason)"
        isAddressTaken = code == EADDRINUSE
    }
}
