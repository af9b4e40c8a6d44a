internal import CCascadeServer

/// What a request tells of where it comes from, as far as a browser can be trusted to say.
///
/// A page of any site can have a browser send requests to this machine's own addresses. It cannot read the answers, but
/// what switches providers must not obey it.
struct Sender: Sendable {
    private let host: String?
    private let origin: String?
    private let fetchSite: String?

    /// In the server's `begin`.
    @unsafe init(_ raw: OpaquePointer) {
        func field(_ name: String) -> String? {
            unsafe casc_exchange_header(raw, name).map { unsafe String(cString: $0) }
        }
        host = field("host")
        origin = field("origin")
        fetchSite = field("sec-fetch-site")
    }

    /// Whether it was sent by a page that this gateway has not served.
    var isForeignPage: Bool {
        if let fetchSite { return fetchSite != "same-origin" && fetchSite != "none" }
        guard let origin else { return false }
        // `http://127.0.0.1:8080`, of which the host's field has all but the scheme.
        guard let host, let mark = origin.firstRange(of: "://") else { return true }
        return origin[mark.upperBound...].lowercased() != host.lowercased()
    }

    /// Whether it calls this machine by a name of its own: by number, or by one that is nobody's domain. A domain that
    /// its owner has given to 127.0.0.1 would make a page of theirs look like ours.
    var namesLoopback: Bool {
        guard let host = host?.lowercased() else { return true }
        if host.hasPrefix("[") { return Listener.isLoopback(String(host.dropFirst().prefix { $0 != "]" })) == true }
        let name = String(host.prefix { $0 != ":" })
        return !name.contains(".") || name.hasSuffix(".localhost") || Listener.isLoopback(name) == true
    }
}
