internal import CCascadeTransport

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What all requests to one provider share; its connections and easy handles are pooled on one loop.
///
// Sendable: `raw` is constant, and the functions that take it here are safe from any thread.
@safe public final class Endpoint: @unchecked Sendable {
    let raw: OpaquePointer
    let loop: LoopHandle
    /// The loop that the provider's connections stay on.
    public let executor: LoopExecutor

    public struct Options: Sendable {
        /// Header fields of every request. Names and values must hold no CR, LF or NUL.
        public var headers: [(name: String, value: String)] = []
        /// Certificates to trust instead of the system's.
        public var caFile: String?
        /// Accepts any certificate. Loud and for tests: whoever sits in between reads the key.
        public var isInsecure = false
        /// HTTP/2 over TLS where the server offers it; one stream at a time on a connection.
        public var usesHTTP2 = false
        /// A proxy's URL; `nil` uses none, whatever the environment says.
        public var proxy: String?
        /// Easy handles kept while idle.
        public var maxIdle = 64

        public init() {}
    }

    /// - Throws: ``EventLoopError`` when memory is refused or a header field holds a control character.
    public init(loop: EventLoop, options: Options) throws(EventLoopError) {
        var lines: [String] = []
        for (name, value) in options.headers {
            let line = "\(name): \(value)"
            guard !line.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else {
                throw EventLoopError(message: "header field \"\(name)\" holds a control character")
            }
            lines.append(line)
        }
        // Without this line libcurl waits a second for "100 Continue" before it sends a larger body.
        lines.append("Expect:")
        self.loop = loop.handle
        self.executor = loop.executor
        guard let raw = unsafe Self.create(loop: loop.handle, lines: lines, options: options) else {
            throw EventLoopError(message: "out of memory")
        }
        unsafe self.raw = raw
    }

    deinit {
        unsafe casc_endpoint_release(raw)
    }

    private static func create(loop: LoopHandle, lines: [String], options: Options) -> OpaquePointer? {
        var raw = unsafe casc_endpoint_options()
        unsafe raw.insecure = options.isInsecure
        unsafe raw.http2 = options.usesHTTP2
        unsafe raw.max_idle = UInt32(clamping: options.maxIdle)
        unsafe raw.header_count = lines.count
        // Copies for the call: the C side makes its own of all it keeps.
        var headers: [UnsafePointer<CChar>] = unsafe []
        for line in lines { unsafe headers.append(UnsafePointer(strdup(line))) }
        let caFile = unsafe options.caFile.flatMap { unsafe strdup($0) }
        let proxy = unsafe options.proxy.flatMap { unsafe strdup($0) }
        defer {
            unsafe free(caFile)
            unsafe free(proxy)
            unsafe headers.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) }
        }
        unsafe raw.ca_file = UnsafePointer(caFile)
        unsafe raw.proxy = UnsafePointer(proxy)
        return unsafe headers.withUnsafeBufferPointer { buffer in
            unsafe raw.headers = buffer.baseAddress
            return unsafe casc_endpoint_create(loop.raw, &raw)
        }
    }
}
