/// The provider's identifier of a request, to quote to its support.
public enum RequestID {
    private static let fields = [
        "x-request-id", "request-id", "apim-request-id", "x-ms-request-id", "x-amzn-requestid", "x-generation-id",
        "x-groq-id", "cf-ray",
    ]

    /// From whichever header field the provider uses.
    public static func of(_ head: ResponseHead) -> String? {
        for field in fields {
            if let value = head[field], !value.isEmpty { return ErrorMessage.clean(value) }
        }
        return nil
    }
}
