/// Weighs an error's codes, words and status: codes first, then words that some providers use for want of a code, then
/// the status.
struct ErrorEvidence {
    private let type: ProviderType
    private let status: Int?
    private let codes: [String]
    private let message: String

    init(type: ProviderType, status: Int?, body: ErrorBody) {
        self.type = type
        self.status = status
        self.codes = body.codes
        self.message = body.message ?? ""
    }

    /// `nil` when there is neither a telling code nor a status.
    var kind: ProviderError.Kind? {
        codes.lazy.compactMap(ErrorCodes.kind).first.map(refined) ?? worded ?? status.map(byStatus)
    }

    /// Codes that providers use for two things are told apart by words.
    private func refined(_ kind: ProviderError.Kind) -> ProviderError.Kind {
        switch kind {
        case .rateLimited, .authentication, .permission, .modelNotFound: worded ?? kind
        default: kind
        }
    }

    private func says(_ words: String) -> Bool { message.contains(anyCase: words) }

    private var worded: ProviderError.Kind? {
        if type == .ollama, status == 404 || status == nil, says("model"), says("not found") { return .modelNotPulled }
        // An echoed prompt can hold any words: those of a limit count only with a status that fits.
        if isRequestStatus, ContextLength.matches(message) { return .contextLength }
        if isMoneyStatus, ErrorCodes.moneyWords.contains(where: says) { return .quotaExhausted }
        if status == 429, type == .gemini, says("limit: 0") { return .quotaExhausted }
        if isKeyStatus, ErrorCodes.keyWords.contains(where: says) { return .authentication }
        if status == 403, says("flagged") || says("moderation") { return .contentFiltered }
        if isRequestStatus, says("no models loaded") { return .modelNotFound }
        if status == 503 || status == nil, says("server busy") || says("overloaded") { return .overloaded }
        return nil
    }

    private var isRequestStatus: Bool {
        switch status {
        case nil, 400, 404, 413, 422, 500: true
        default: false
        }
    }

    private var isMoneyStatus: Bool {
        switch status {
        case nil, 400, 402, 403, 429: true
        default: false
        }
    }

    private var isKeyStatus: Bool {
        switch status {
        case nil, 400, 401, 403: true
        default: false
        }
    }

    private func byStatus(_ status: Int) -> ProviderError.Kind {
        switch status {
        case 300...399: .redirect
        case 401: .authentication
        case 402: .quotaExhausted
        case 403: .permission
        case 404, 410: .modelNotFound
        case 408: .requestTimeout
        case 409, 425: .conflict
        case 424, 499: .serverError
        case 429: .rateLimited
        case 498, 503, 529: .overloaded
        case 501, 505: .invalidRequest
        case 400...499: .invalidRequest
        default: .serverError
        }
    }
}
