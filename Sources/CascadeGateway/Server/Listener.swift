internal import CCascadeServer

/// A socket that listens.
struct Listener: ~Copyable {
    let port: UInt16
    private var descriptor: Int32

    /// - Parameters:
    ///   - address: In numbers, IPv4 or IPv6.
    ///   - port: 0 for a free one.
    ///   - isShared: Whether other listeners of this process may have the same port.
    init(address: String, port: UInt16, isShared: Bool = false) throws(GatewayError) {
        var error: Int32 = 0
        var port = port
        descriptor = unsafe casc_listener_open(address, &port, isShared, &error)
        guard descriptor >= 0 else { throw GatewayError("cannot listen on \(address) port \(port)", errno: error) }
        self.port = port
    }

    deinit {
        casc_listener_close(descriptor)
    }

    consuming func close() {}

    /// The descriptor, for whoever closes it.
    consuming func take() -> Int32 {
        let taken = descriptor
        descriptor = -1
        return taken
    }

    /// Whether an address is this machine's own; `nil` when it is none.
    static func isLoopback(_ address: String) -> Bool? {
        var isAddress = false
        let isLoopback = unsafe casc_address_is_loopback(address, &isAddress)
        return isAddress ? isLoopback : nil
    }
}
