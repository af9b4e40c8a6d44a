internal import Cascade
internal import CascadeFormats

/// Why a client is turned away at the gate.
enum KeyRefusal {
    /// It has sent no key, or none that is known.
    case unknown(wasSent: Bool)
    /// Its key, if it has any, does not open what operators use.
    case noAdmin(hasKey: Bool)
    /// A page of another site asks in the operator's browser.
    case foreignPage
    case model(String)
    case limit(KeyMeter.Refusal)

    var status: Int {
        switch self {
        case .unknown, .noAdmin(hasKey: false): 401
        case .noAdmin, .foreignPage, .model: 403
        case .limit: 429
        }
    }

    /// As OpenAI's clients know it.
    var code: String {
        switch self {
        case .unknown, .noAdmin(hasKey: false): "invalid_api_key"
        case .noAdmin: "admin_key_required"
        case .foreignPage: "foreign_page"
        case .model: "model_not_allowed"
        case .limit(.budget): "insufficient_quota"
        case .limit: "rate_limit_exceeded"
        }
    }

    var message: String {
        switch self {
        case .unknown(wasSent: false):
            "a key is needed: send one of this gateway's as `Authorization: Bearer csk_…` or `x-api-key: csk_…`"
        case .unknown: "the key is none of this gateway's, or was revoked"
        case .noAdmin(hasKey: false): "an admin key is needed; `cascade keys add NAME --admin` makes one"
        case .noAdmin: "the key is no admin key; `cascade keys add NAME --admin` makes one"
        case .foreignPage:
            "a page of another site may not ask this; open the gateway by its own address, or send a key"
        case .model(let name): "the key may not ask for the model \(name.prefix(200))"
        case .limit(let limit): limit.message
        }
    }

    private func fields(toBrowser isBrowser: Bool) -> [(name: String, value: String)] {
        switch self {
        // A browser asks its user for it; the key is the password.
        case _ where status == 401 && isBrowser: [("www-authenticate", #"Basic realm="cascade", charset="UTF-8""#)]
        case _ where status == 401: [("www-authenticate", "Bearer")]
        case .limit(let limit): limit.fields
        default: []
        }
    }

    /// - Parameter isBrowser: Whether somebody opens the address in a browser. A page that asks for something, such as the
    ///   dashboard, has a form of its own for the key.
    fileprivate func answer(toBrowser isBrowser: Bool) -> ErrorAnswer {
        var answer = ErrorAnswer(
            status: status, type: status == 429 ? .rateLimit : .invalidRequest, code: code, message: message)
        answer.fields = fields(toBrowser: isBrowser)
        return answer
    }
}

extension KeyMeter.Refusal {
    var message: String {
        let again = retryAfter.map { "; try again in \($0) s" } ?? ""
        switch self {
        case .requests(let most, _): return "the key's limit of \(most) requests per minute is reached\(again)"
        case .tokens(let most, let asked, _):
            return "the key's limit of \(most) tokens per minute leaves no room for about \(asked)\(again)"
        case .tooLong(let most, let asked):
            return "about \(asked) tokens are more than the key's \(most) per minute; send a shorter request"
        case .concurrency(let most): return "the key's limit of \(most) requests at a time is reached\(again)"
        case .budget(let dollars, _): return "the key's budget of $\(dollars) for today (UTC) is spent\(again)"
        }
    }

    /// Whole seconds, never early.
    var retryAfter: Int64? {
        switch self {
        case .requests(_, let wait), .tokens(_, _, let wait), .budget(_, let wait):
            wait.wholeSeconds
        // When one of them ends nobody knows.
        case .concurrency: 1
        case .tooLong: nil
        }
    }

    private var name: String {
        switch self {
        case .requests: "requests_per_minute"
        case .tokens, .tooLong: "tokens_per_minute"
        case .concurrency: "concurrency"
        case .budget: "daily_budget"
        }
    }

    var fields: [(name: String, value: String)] {
        var fields = [("x-cascade-limit", name)]
        if let retryAfter { fields.append(("retry-after", "\(retryAfter)")) }
        // A client's own tries would come long before it helps.
        switch self {
        case .budget, .tooLong: fields.append(("x-should-retry", "false"))
        default: break
        }
        return fields.map { (name: $0.0, value: $0.1) }
    }
}

extension Exchange {
    func refuse(_ refusal: KeyRefusal) {
        refuse(refusal.answer(toBrowser: header("accept")?.contains("text/html") == true))
    }
}
