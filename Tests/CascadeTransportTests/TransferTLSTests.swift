import CascadeTransport
import Testing

@Suite("Transfer over TLS", .enabled(if: OpenSSL.isThere, "needs OpenSSL and its command"), .timeLimit(.minutes(1)))
struct TransferTLSTests {
    static func trusting(_ identity: TLSIdentity) throws -> Wire {
        var options = Endpoint.Options()
        options.caFile = identity.certificate
        return try Wire(options: options)
    }

    @Test("L30 F-20: a certificate that nobody vouches for ends the attempt before anything is sent")
    func aCertificateMustBeTrusted() async throws {
        let identity = try TLSIdentity()
        let server = ScriptedServer(identity, answering: response("200 OK", "data: 1\n\n"))
        let refused = try await Wire().ask(server.url)
        #expect(refused.failure == .certificate)
        #expect(refused.outcome?.isSent == false)
        #expect(server.requests == 0)

        var options = Endpoint.Options()
        options.isInsecure = true
        #expect(try await Wire(options: options).ask(server.url).texts == ["1"])
        #expect(try await Self.trusting(identity).ask(server.url).texts == ["1"])
        #expect(server.requests == 2)
    }

    @Test(
        "L30 F-20: a trusted certificate of another host, or one that has expired, is refused",
        arguments: [
            TLSIdentity.Certificate.ofAnotherHost, .expired,
        ])
    func aBadCertificate(kind: TLSIdentity.Certificate) async throws {
        let identity = try TLSIdentity(kind)
        let server = ScriptedServer(identity, answering: response("200 OK", "data: 1\n\n"))
        let wire = try Self.trusting(identity)
        let answer = try await wire.ask(server.url)
        #expect(answer.failure == .certificate)
        #expect(answer.outcome?.isSent == false)
        #expect(server.requests == 0)
        #expect(await wire.isAtRest)
    }

    @Test("F-20: a server without TLS is told from one that refuses")
    func aServerWithoutTLS() async throws {
        let server = ScriptedServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            _ = connection.waitForClose()
        }
        let answer = try await Wire().ask("https://127.0.0.1:\(server.port)/")
        #expect(answer.failure == .tls)
        #expect(answer.status == 0)
    }

    @Test("F-20: a connection that closes within the TLS handshake has sent nothing")
    func aHandshakeThatIsCut() async throws {
        let server = ScriptedServer { connection in _ = connection.read(5) }
        let wire = try Wire()
        let answer = try await wire.ask("https://127.0.0.1:\(server.port)/")
        #expect(answer.failure == .tls)
        #expect(answer.outcome?.isSent == false)
        #expect(await wire.isAtRest)
    }

    /// libcurl calls this a success; that the answer is whole is for its format to prove.
    @Test(
        "L9 F-08: over TLS too a close is no proof, announced or not; all before it is delivered",
        arguments: [
            false, true,
        ])
    func aBodyThatEndsWithItsConnection(isAnnounced: Bool) async throws {
        let identity = try TLSIdentity()
        let server = ScriptedServer(identity) { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: 1\n\ndata: 2")
            if isAnnounced { connection.notifyClose() }
        }
        let wire = try Self.trusting(identity)
        let answer = try await wire.ask(server.url)
        #expect(answer.texts == ["1", "2"])
        #expect(answer.kinds == [.data, .tail])
        #expect(answer.failure == nil)
        #expect(await wire.isAtRest)
    }

    @Test(
        "L4 L5 L6 L8: over TLS a cut of what announced its length is a cut, a reset a reset",
        arguments: [
            ("", false, TransferFailure.Kind.noResponse),
            ("HTTP/1.1 200 OK\r\nContent-Le", false, .cut),
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", false, .cut),
            (chunkedHead() + chunk("data: 1\n\n"), false, .cut),
            (chunkedHead() + chunk("data: 1\n\n"), true, .reset),
        ])
    func aBrokenAnswer(bytes: String, resets: Bool, kind: TransferFailure.Kind) async throws {
        let identity = try TLSIdentity()
        let server = ScriptedServer(identity) { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(bytes)
            if resets { connection.reset() }
        }
        let wire = try Self.trusting(identity)
        let answer = try await wire.ask(server.url)
        #expect(answer.failure == kind)
        #expect(answer.outcome?.isSent == true)
        #expect(server.requests == 1)
        #expect(await wire.isAtRest)
    }

    @Test(
        "L1 F-26: a kept TLS connection that dies unanswered is no reason to send the request twice",
        arguments: [
            false, true,
        ])
    func aReusedConnectionThatDiesUnanswered(resets: Bool) async throws {
        let identity = try TLSIdentity()
        let server = ScriptedServer(identity) { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(response("200 OK", "data: 1\n\n"))
            guard connection.readRequest() != nil, resets else { return }
            connection.reset()
        }
        let wire = try Self.trusting(identity)
        #expect(try await wire.ask(server.url).failure == nil)
        let answer = try await wire.ask(server.url)
        #expect(answer.failure == .staleConnection)
        #expect(answer.outcome?.isReusedConnection == true)
        #expect(server.requests == 2)
        #expect(await wire.isAtRest)
    }

    @Test("L30: a proxy that refuses is not taken for the provider")
    func aProxyThatRefusesIsNotTheProvider() async throws {
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
