import Foundation
import Glibc

/// The part of OpenSSL that a server needs, out of the library that libcurl has loaded: no headers, no package.
// Sendable: constant, and OpenSSL's functions may be called from any thread.
@safe struct OpenSSL: @unchecked Sendable {
    /// `nil` where libcurl has another TLS library.
    static let shared = OpenSSL()
    /// The command, for keys and certificates.
    static let command = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static var isThere: Bool { shared != nil && command != nil }

    typealias Handle = OpaquePointer
    typealias Selected = UnsafeMutablePointer<UnsafePointer<UInt8>?>
    typealias Select =
        @convention(c) (Handle?, Selected?, UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?, UInt32, Handle?) ->
        Int32

    let serverMethod: @convention(c) () -> Handle?
    let makeContext: @convention(c) (Handle?) -> Handle?
    let freeContext: @convention(c) (Handle?) -> Void
    let useCertificate: @convention(c) (Handle?, UnsafePointer<CChar>?) -> Int32
    let useKey: @convention(c) (Handle?, UnsafePointer<CChar>?, Int32) -> Int32
    let selectProtocol: @convention(c) (Handle?, Select?, Handle?) -> Void
    let makeSession: @convention(c) (Handle?) -> Handle?
    let freeSession: @convention(c) (Handle?) -> Void
    let setSocket: @convention(c) (Handle?, Int32) -> Int32
    let accept: @convention(c) (Handle?) -> Int32
    let read: @convention(c) (Handle?, UnsafeMutableRawPointer?, Int32) -> Int32
    let write: @convention(c) (Handle?, UnsafeRawPointer?, Int32) -> Int32
    let shutDown: @convention(c) (Handle?) -> Int32

    private init?() {
        guard let library = unsafe dlopen("libssl.so.3", RTLD_NOW) ?? dlopen("libssl.so.1.1", RTLD_NOW) else {
            return nil
        }
        // Each is cast to the type that OpenSSL's manual gives it.
        func symbol<Function>(_ name: String) -> Function? {
            unsafe dlsym(library, name).map { unsafe unsafeBitCast($0, to: Function.self) }
        }
        guard
            let serverMethod: @convention(c) () -> Handle? = symbol("TLS_server_method"),
            let makeContext: @convention(c) (Handle?) -> Handle? = symbol("SSL_CTX_new"),
            let freeContext: @convention(c) (Handle?) -> Void = symbol("SSL_CTX_free"),
            let useCertificate: @convention(c) (Handle?, UnsafePointer<CChar>?) -> Int32 =
                unsafe symbol("SSL_CTX_use_certificate_chain_file"),
            let useKey: @convention(c) (Handle?, UnsafePointer<CChar>?, Int32) -> Int32 =
                unsafe symbol("SSL_CTX_use_PrivateKey_file"),
            let selectProtocol: @convention(c) (Handle?, Select?, Handle?) -> Void =
                unsafe symbol("SSL_CTX_set_alpn_select_cb"),
            let makeSession: @convention(c) (Handle?) -> Handle? = symbol("SSL_new"),
            let freeSession: @convention(c) (Handle?) -> Void = symbol("SSL_free"),
            let setSocket: @convention(c) (Handle?, Int32) -> Int32 = symbol("SSL_set_fd"),
            let accept: @convention(c) (Handle?) -> Int32 = symbol("SSL_accept"),
            let read: @convention(c) (Handle?, UnsafeMutableRawPointer?, Int32) -> Int32 = unsafe symbol("SSL_read"),
            let write: @convention(c) (Handle?, UnsafeRawPointer?, Int32) -> Int32 = unsafe symbol("SSL_write"),
            let shutDown: @convention(c) (Handle?) -> Int32 = symbol("SSL_shutdown")
        else { return nil }
        unsafe self.serverMethod = unsafe serverMethod
        unsafe self.makeContext = unsafe makeContext
        unsafe self.freeContext = unsafe freeContext
        unsafe self.useCertificate = unsafe useCertificate
        unsafe self.useKey = unsafe useKey
        unsafe self.selectProtocol = unsafe selectProtocol
        unsafe self.makeSession = unsafe makeSession
        unsafe self.freeSession = unsafe freeSession
        unsafe self.setSocket = unsafe setSocket
        unsafe self.accept = unsafe accept
        unsafe self.read = unsafe read
        unsafe self.write = unsafe write
        unsafe self.shutDown = unsafe shutDown
    }
}

/// A key, a certificate that it signed itself, and the context of the servers that show it.
// Sendable: constant after `init`; a context may be shared by threads.
@safe final class TLSIdentity: @unchecked Sendable {
    struct Problem: Error {}

    enum Certificate: CaseIterable {
        case sound, ofAnotherHost, expired

        /// What the `openssl` command makes it with, in a folder of its own.
        fileprivate var commands: [String] {
            let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -subj /CN=localhost"
            let name = "-addext subjectAltName=\(self == .ofAnotherHost ? "DNS:provider.invalid" : "IP:127.0.0.1")"
            guard self == .expired else { return ["req -x509 -days 1 \(key) \(name) -out certificate.pem"] }
            return [
                "req -new \(key) \(name) -out request.pem",
                "x509 -req -in request.pem -signkey key.pem -copy_extensions copy -days -1 -out certificate.pem",
            ]
        }
    }

    let openssl: OpenSSL
    private let folder: URL
    fileprivate let context: OpenSSL.Handle

    var certificate: String { folder.appendingPathComponent("certificate.pem").path }

    /// - Parameter http2: Whether it agrees to HTTP/2 when that is offered.
    init(_ kind: Certificate = .sound, http2: Bool = false) throws {
        guard let openssl = OpenSSL.shared, let command = OpenSSL.command,
            let context = unsafe openssl.makeContext(openssl.serverMethod())
        else { throw Problem() }
        self.openssl = openssl
        unsafe self.context = unsafe context
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for arguments in kind.commands { try Self.run(command, arguments, in: folder) }
        let key = folder.appendingPathComponent("key.pem").path
        guard unsafe openssl.useCertificate(context, certificate) == 1, unsafe openssl.useKey(context, key, 1) == 1
        else { throw Problem() }
        if http2 { unsafe openssl.selectProtocol(context, Self.selectHTTP2, nil) }
    }

    deinit {
        unsafe openssl.freeContext(context)
        try? FileManager.default.removeItem(at: folder)
    }

    private static func run(_ path: String, _ arguments: String, in folder: URL) throws {
        let process = Process()
        process.currentDirectoryURL = folder
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Problem() }
    }

    /// Looks for "h2" in the client's list, whose entries follow their length.
    private static let selectHTTP2: OpenSSL.Select = { _, selected, length, offered, count, _ in
        guard let selected = unsafe selected, let length = unsafe length, let offered = unsafe offered else { return 3 }
        var at = 0
        while at < Int(count) {
            let size = Int(unsafe offered[at])
            if size == 2, unsafe offered[at + 1] == UInt8(ascii: "h"), unsafe offered[at + 2] == UInt8(ascii: "2") {
                unsafe selected.pointee = unsafe offered + at + 1
                unsafe length.pointee = 2
                return 0
            }
            at += 1 + size
        }
        return 3
    }
}

/// TLS on one socket, by the thread that owns it.
@safe final class TLSSession {
    private let identity: TLSIdentity
    private let session: OpenSSL.Handle

    /// The server's handshake; `nil` when it fails.
    init?(_ identity: TLSIdentity, socket: Int32) {
        // OpenSSL writes without MSG_NOSIGNAL: on this thread a peer that is gone is an error, never a signal.
        var blocked = sigset_t()
        unsafe sigemptyset(&blocked)
        unsafe sigaddset(&blocked, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, nil)
        guard let session = unsafe identity.openssl.makeSession(identity.context) else { return nil }
        self.identity = identity
        unsafe self.session = unsafe session
        guard unsafe identity.openssl.setSocket(session, socket) == 1, unsafe identity.openssl.accept(session) == 1
        else { return nil }
    }

    deinit { unsafe identity.openssl.freeSession(session) }

    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        Int(unsafe identity.openssl.read(session, buffer.baseAddress, Int32(buffer.count)))
    }

    func write(_ buffer: UnsafeRawBufferPointer) -> Int {
        Int(unsafe identity.openssl.write(session, buffer.baseAddress, Int32(buffer.count)))
    }

    /// Says that no more will come, as a close without it does not.
    func notifyClose() { _ = unsafe identity.openssl.shutDown(session) }
}
