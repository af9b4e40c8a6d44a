/// Why a request could not be put into a provider's wire format. Nothing of it has been sent.
public struct EncodingError: Error, Sendable, Hashable {
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The format cannot express the field, and the settings say to refuse, or leaving it out would leave nothing.
        case unsupported
        /// Text that must be JSON, such as a tool's schema or a call's arguments, is not.
        case invalidJSON = "invalid_json"
        /// The request contradicts itself, in any format.
        case invalidRequest = "invalid_request"
        /// The body does not fit the request's memory.
        case tooLarge = "too_large"
        /// The system refused memory.
        case outOfMemory = "out_of_memory"
    }

    public var code: Code
    /// The field of the request, for example `messages[2].tool_calls[0].arguments`; empty for memory errors.
    public var field: String
    /// What is wrong, for a person; holds none of the request's content.
    public var message: String

    public init(code: Code, field: String, message: String) {
        self.code = code
        self.field = field
        self.message = message
    }
}

extension EncodingError {
    static func invalidRequest(_ field: String, _ message: String) -> EncodingError {
        EncodingError(code: .invalidRequest, field: field, message: message)
    }

    static func unsupported(_ field: String, by type: ProviderType, because reason: String? = nil) -> EncodingError {
        let reason = reason.map { ": \($0)" } ?? ""
        return EncodingError(
            code: .unsupported, field: field, message: "the provider type \(type.rawValue) cannot express it\(reason)")
    }
}
