/// Names of requests for labels: a bounded number, whatever clients send.
enum RouteLabel {
    private static let exact: Set<String> = [
        "/", "/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings", "/v1/models",
        "/healthz", "/readyz", "/metrics",
    ]
    /// The router's own API, whose addresses may hold names of providers.
    private static let folders = ["/v1/models/", "/api/v1/router/", "/dashboard/"]
    private static let methods: Set<String> = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]

    /// `http.route` of the OpenTelemetry conventions.
    static func route(_ path: String) -> String {
        if exact.contains(path) { return path }
        for folder in folders where path.hasPrefix(folder) { return folder + "*" }
        return "other"
    }

    /// `http.request.method` of the conventions.
    static func method(_ method: String) -> String {
        // Nearly all of them.
        if method == "POST" { return method }
        return methods.contains(method) ? method : "_OTHER"
    }
}
