internal import CBaselineCurl
internal import Foundation

struct HTTPRequest: Sendable {
    var url: String
    /// Lines of `Name: value`.
    var headers: [String]
    var body: Data
    var timeout: Duration
}

struct HTTPResponse: Sendable {
    var status: Int
    var body: Data
    /// When the first byte of the body came; `nil` when there is no body.
    var firstByteAt: ContinuousClock.Instant?
}

/// POST requests, each with a handle and a connection of its own, each blocking a thread.
struct HTTPClient: Sendable {
    let threads: BaselineThreads

    func post(_ request: HTTPRequest, onBytes: (@Sendable (Bool) -> Void)? = nil) async throws -> HTTPResponse {
        try await withCheckedThrowingContinuation { continuation in
            threads.run {
                continuation.resume(with: Result { try HTTPExchange.perform(request, onBytes: onBytes) })
            }
        }
    }
}

/// One request and its whole response, on the calling thread.
private enum HTTPExchange {
    /// libcurl wants this done before the first handle, once.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    static func perform(_ request: HTTPRequest, onBytes: (@Sendable (Bool) -> Void)?) throws -> HTTPResponse {
        guard isReady, let handle = unsafe curl_easy_init() else { throw BaselineError.transport("no libcurl handle") }
        defer { unsafe curl_easy_cleanup(handle) }
        let headers = unsafe headerList(request.headers)
        defer { unsafe curl_slist_free_all(headers) }
        let body = ResponseBody(onBytes: onBytes)

        try unsafe configure(handle, for: request)
        try unsafe check(baseline_curl_set_list(handle, CURLOPT_HTTPHEADER, headers))
        try unsafe check(
            baseline_curl_set_write(handle, ResponseBody.append, Unmanaged.passUnretained(body).toOpaque()))
        // The request's bytes and `body` must live until libcurl is done with them.
        try withExtendedLifetime(body) {
            try unsafe request.body.withUnsafeBytes { bytes in
                try unsafe check(baseline_curl_set_body(handle, bytes.baseAddress, bytes.count))
                try unsafe check(curl_easy_perform(handle))
            }
        }
        var status = 0
        try unsafe check(baseline_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status))
        return HTTPResponse(status: status, body: body.data, firstByteAt: body.firstByteAt)
    }

    private static func configure(_ handle: UnsafeMutableRawPointer, for request: HTTPRequest) throws {
        let milliseconds = Int(request.timeout / .milliseconds(1))
        try unsafe check(baseline_curl_set_string(handle, CURLOPT_URL, request.url))
        try unsafe check(baseline_curl_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds))
        // No signals: there are other threads.
        try unsafe check(baseline_curl_set_long(handle, CURLOPT_NOSIGNAL, 1))
        // No proxy, whatever the environment says: it has no part in what is measured.
        try unsafe check(baseline_curl_set_string(handle, CURLOPT_PROXY, ""))
    }

    private static func headerList(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            // On a lack of memory the list stays as it is, and the provider refuses what misses a header.
            if let longer = unsafe curl_slist_append(list, line) { unsafe list = longer }
        }
        return unsafe list
    }

    private static func check(_ code: CURLcode) throws {
        guard code != CURLE_OK else { return }
        throw unsafe BaselineError.transport(String(cString: curl_easy_strerror(code)))
    }
}

/// Gathers a response's body.
private final class ResponseBody {
    private(set) var data = Data()
    private(set) var firstByteAt: ContinuousClock.Instant?
    private let onBytes: (@Sendable (Bool) -> Void)?

    init(onBytes: (@Sendable (Bool) -> Void)?) {
        self.onBytes = onBytes
    }

    static let append: baseline_curl_write = { bytes, size, count, context in
        guard let context = unsafe context else { return 0 }
        let body = unsafe Unmanaged<ResponseBody>.fromOpaque(context).takeUnretainedValue()
        body.onBytes?(body.firstByteAt == nil)
        if body.firstByteAt == nil { body.firstByteAt = .now }
        unsafe body.data.append(UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self), count: size * count)
        return size * count
    }
}
