import CascadeTransport
import Foundation
import Testing

private let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

@Suite("Transfer over TLS", .enabled(if: openssl != nil, "needs the openssl command"), .timeLimit(.minutes(1)))
struct TransferTLSTests {
    /// An HTTPS server with a certificate that it signed itself.
    private final class Server {
        let folder: URL
        let port: Int
        private let process: Process

        var certificate: String { folder.appendingPathComponent("certificate.pem").path }

        init(_ openssl: String) throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            self.folder = folder
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let files = ["key", "certificate"].map { folder.appendingPathComponent("\($0).pem").path }
            let making = try Self.run(
                openssl,
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost "
                    + "-addext subjectAltName=IP:127.0.0.1 -keyout \(files[0]) -out \(files[1])"
            ).process
            making.waitUntilExit()
            let (process, output) = try Self.run(
                openssl, "s_server -accept 127.0.0.1:0 -www -key \(files[0]) -cert \(files[1])")
            self.process = process
            var text = ""
            var port: Int?
            while port == nil, case let bytes = output.availableData, !bytes.isEmpty {
                text += String(decoding: bytes, as: UTF8.self)
                let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
                if text.hasSuffix("\n") { port = line?.split(separator: ":").last.flatMap { Int($0) } }
            }
            self.port = try #require(port)
        }

        deinit {
            process.terminate()
            try? FileManager.default.removeItem(at: folder)
        }

        private static func run(_ path: String, _ arguments: String) throws -> (process: Process, output: FileHandle) {
            let process = Process()
            let pipe = Pipe()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments.split(separator: " ").map(String.init)
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            return (process, pipe.fileHandleForReading)
        }
    }

    @Test func aCertificateMustBeTrusted() async throws {
        let server = try Server(#require(openssl))
        let ask = Ask("https://127.0.0.1:\(server.port)/").with {
            $0.method = .get
            $0.framing = .body
        }
        let refused = try await Wire().ask(ask)
        #expect(refused.failure == .certificate)
        #expect(refused.outcome?.isSent == false)

        var options = Endpoint.Options()
        options.isInsecure = true
        let accepted = try await Wire(options: options).ask(ask)
        #expect(accepted.failure == nil)
        #expect(accepted.status == 200)

        options.isInsecure = false
        options.caFile = server.certificate
        #expect(try await Wire(options: options).ask(ask).status == 200)
    }

    @Test func aServerWithoutTLS() async throws {
        let server = ScriptedServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            _ = connection.waitForClose()
        }
        let answer = try await Wire().ask("https://127.0.0.1:\(server.port)/")
        #expect(answer.failure == .tls)
        #expect(answer.status == 0)
    }

    @Test func aProxyThatRefusesIsNotTheProvider() async throws {
        let proxy = ScriptedServer(answering: response("407 Proxy Authentication Required", "", "X-Proxy: yes\r\n"))
        var options = Endpoint.Options()
        options.proxy = "http://127.0.0.1:\(proxy.port)"
        let answer = try await Wire(options: options).ask("https://provider.invalid/")
        #expect(answer.failure == .connect)
        #expect(answer.status == 0)
        #expect(answer.fields.isEmpty)
        #expect(proxy.requests == 1)
    }
}
