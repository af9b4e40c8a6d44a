internal import Cascade

/// Who may ask what: clients with a key, where there are keys, and operators with an admin key, unless only this machine
/// can reach the gateway.
struct Gate: Sendable {
    let router: CascadeRouter
    /// `nil` without a store: then clients need no key.
    let keys: KeyRing?
    /// Whether nothing but this machine reaches the gateway.
    let isLoopback: Bool

    private enum Area { case open, clients, operators }

    /// What is not known belongs to operators, so that nothing is forgotten.
    private static func area(of path: String) -> Area {
        switch path {
        case "/healthz", "/readyz": .open
        // Whoever asks a model something is a client, also by the predecessor's address.
        case let path where path.hasPrefix("/v1/") || path == "/api/v1/router/complete": .clients
        // What they show comes from operators' addresses.
        case let path where DashboardFile(path: path) != nil: .open
        default: .operators
        }
    }

    /// Lets a request in to where it goes; refuses it otherwise. Whether it may use what it wants there,
    /// ``Exchange/admits(model:_:)`` says.
    func lets(_ exchange: Exchange) -> Bool {
        switch Self.area(of: exchange.path) {
        case .open: return true
        case .clients: return letsClient(exchange)
        case .operators: return isAdmin(exchange)
        }
    }

    /// Whether a request's body may be large, of which nothing but the key is known yet.
    func knows(_ sent: SentKey?) -> Bool {
        guard let keys, keys.isEnforced else { return true }
        return sent.flatMap { keys.entry(of: $0.text) } != nil
    }

    private func letsClient(_ exchange: Exchange) -> Bool {
        guard let keys, keys.isEnforced else { return letsAnybody(exchange) }
        let sent = exchange.sentKey
        guard let sent, let entry = keys.entry(of: sent.text) else {
            exchange.refuse(.unknown(wasSent: sent != nil))
            return false
        }
        guard !sent.isAmbient || !exchange.isFromForeignPage else {
            exchange.refuse(.foreignPage)
            return false
        }
        exchange.keyPass = KeyPass(entry, router: router)
        return true
    }

    /// Where no key is needed, whatever reaches the gateway may spend what the providers' keys allow: but for the pages that
    /// somebody on this machine, or near it, happens to open.
    private func letsAnybody(_ exchange: Exchange) -> Bool {
        guard exchange.isFromForeignPage || (isLoopback && exchange.isFromPage && !exchange.namesThisMachine) else {
            return true
        }
        exchange.refuse(.foreignPage)
        return false
    }

    /// Whether a request may use what is for operators; refuses it otherwise.
    func isAdmin(_ exchange: Exchange) -> Bool {
        let sent = exchange.sentKey
        let entry = sent.flatMap { keys?.entry(of: $0.text) }
        let isAdmin = entry?.key.isAdmin == true
        // Without a key, whoever sits at this machine may; a page of the web in their browser may not.
        guard isAdmin || isLoopback else {
            exchange.refuse(sent != nil && entry == nil ? .unknown(wasSent: true) : .noAdmin(hasKey: entry != nil))
            return false
        }
        if isAdmin, let entry { exchange.keyPass = KeyPass(entry, router: router) }
        if isAdmin, sent?.isAmbient == false { return true }
        guard !exchange.isFromForeignPage, isAdmin || exchange.namesThisMachine else {
            exchange.refuse(.foreignPage)
            return false
        }
        return true
    }
}

extension Exchange {
    var sentKey: SentKey? {
        SentKey(authorization: header("authorization"), apiKey: header("x-api-key"))
    }

    /// Whether a browser says that a page asks. Of the pages of a domain that was given to this machine's address it says
    /// the origin, whenever they send something.
    var isFromPage: Bool { header("origin") != nil }

    /// Whether a browser asks on behalf of a page that this gateway has not served.
    var isFromForeignPage: Bool {
        if let site = header("sec-fetch-site") { return site != "same-origin" && site != "none" }
        guard let origin = header("origin") else { return false }
        let host = header("host") ?? ""
        return origin != "http://" + host && origin != "https://" + host
    }

    /// Whether it is called by a name of this machine's own. A domain whose owner has given it to 127.0.0.1 would make a
    /// page of theirs look like the gateway's.
    var namesThisMachine: Bool {
        Hosts.isNumberOrLocal(header("host") ?? "")
    }

    /// Whether the request's key, if it has one, may ask for this model and has this much left; refuses it otherwise.
    ///
    /// - Parameter model: As the client names it; `nil` for each provider's default.
    func admits(model: String?, _ estimate: @autoclosure () -> TokenEstimate) -> Bool {
        guard let keyPass else { return true }
        let model = model ?? Models.anyModel
        guard keyPass.entry.key.limits.allows(model: model) else {
            refuse(.model(model))
            return false
        }
        guard let refusal = keyPass.admit(estimate()) else { return true }
        refuse(.limit(refusal))
        return false
    }
}

/// What stands in a `Host` field.
enum Hosts {
    /// Whether it is nobody's domain: an address in numbers, or a name without a dot or below `localhost`.
    static func isNumberOrLocal(_ field: String) -> Bool {
        if field.hasPrefix("[") { return true }
        let host = field.prefix { $0 != ":" }.lowercased()
        if !host.contains(".") || host.hasSuffix(".localhost") { return !host.isEmpty }
        return host.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
    }
}
