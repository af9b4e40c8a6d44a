import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    @Suite struct Embeddings {
        private static let path = "/v1/embeddings"

        private func items(_ reply: HTTPClient.Reply) -> [[String: Any]] {
            reply.json["data"] as? [[String: Any]] ?? []
        }

        private func numbers(_ item: [String: Any]) -> [Float]? {
            if let text = item["embedding"] as? String, let data = Data(base64Encoded: text) {
                return unsafe data.withUnsafeBytes { bytes in
                    stride(from: 0, to: bytes.count, by: 4).map { at in
                        unsafe Float(bitPattern: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
                    }
                }
            }
            return (item["embedding"] as? [Double])?.map { Float($0) }
        }

        @Test(
            "One text or several are answered with OpenAI's list, as numbers or as base64",
            arguments: [Format.openai, .ollama], [nil, "float", "base64"] as [String?])
        func answers(_ format: Format, _ encoding: String?) async throws {
            let fixture = try await GatewayFixture(Script(format: format))
            let client = try fixture.client()
            for (input, texts) in [(#""one""#, ["one"]), (#"["one","zw\u00f6lf"]"#, ["one", "zwölf"])] {
                let member = encoding.map { #","encoding_format":"\#($0)""# } ?? ""
                let body = #"{"model":"p0-model","input":\#(input),"dimensions":4,"user":"u"\#(member)}"#
                let reply = client.post(Self.path, body)
                #expect(reply.status == 200, "\(reply.body)")
                #expect(reply.json["object"] as? String == "list")
                #expect(reply.json["model"] as? String == "p0-model")
                let usage = reply.json["usage"] as? [String: Int]
                #expect(usage == ["prompt_tokens": Script.promptTokens, "total_tokens": Script.promptTokens])
                #expect(items(reply).map { $0["index"] as? Int } == Array(texts.indices))
                #expect(items(reply).allSatisfy { $0["object"] as? String == "embedding" })
                #expect(items(reply).allSatisfy { $0["embedding"] is String == (encoding == "base64") })
                let expected = texts.map { LoopbackProvider.embedding(of: $0, dimensions: 4) }
                #expect(items(reply).map(numbers) == expected)
                #expect(reply.header("x-cascade-provider") == "p0")
                #expect(reply.header("x-cascade-attempts") == "1")
                #expect(reply.header("x-cascade-dropped-fields") == (format == .ollama ? "user" : nil))
            }
            let sent = try fixture.sent()
            #expect(sent["encoding_format"] as? String == (format == .openai && encoding == "base64" ? "base64" : nil))
            #expect(sent["dimensions"] as? Int == 4)
            await fixture.end()
        }

        @Test("The next provider that has the model answers")
        func fallback() async throws {
            let fixture = try await GatewayFixture(Script(fault: .status(500)), Script(format: .ollama)) {
                $0.aliases = ["vectors": ["p0-model", "p1-model"]]
            }
            let reply = try fixture.client().post(Self.path, #"{"model":"vectors","input":"a"}"#)
            #expect(reply.status == 200)
            #expect(reply.header("x-cascade-provider") == "p1")
            #expect(reply.header("x-cascade-attempts") == "2")
            await fixture.end()
        }

        @Test(
            "Each failure of the cascade has its status",
            arguments: [
                (Fault.status(500), 502, "all_providers_failed"),
                (.rateLimit(retryAfter: .seconds(7)), 429, "rate_limited"), (.status(400), 400, "invalid_request"),
                (.noAnswer, 504, "deadline_exceeded"),
            ])
        func failure(_ fault: Fault, status: Int, code: String) async throws {
            let fixture = try await GatewayFixture(Script(fault: fault)) { $0.cascade.deadline = .milliseconds(300) }
            let reply = try fixture.client().post(Self.path, #"{"model":"p0-model","input":"a"}"#)
            #expect(reply.status == status)
            #expect(reply.error["code"] as? String == code)
            await fixture.end()
        }

        @Test("A model that only providers without embeddings have is a 400 that says so")
        func noEmbeddings() async throws {
            let fixture = try await GatewayFixture(Script(format: .anthropic))
            let reply = try fixture.client().post(Self.path, #"{"model":"p0-model","input":"a"}"#)
            #expect(reply.status == 400)
            #expect(reply.error["code"] as? String == "no_candidate")
            #expect((reply.error["message"] as? String)?.contains("its format has no embeddings") == true)
            await fixture.end()
        }

        @Test(
            "A body that is no request is refused with what is wrong with it",
            arguments: [
                ("{", nil, 400), (#"{"input":"a"}"#, "model", 400), (#"{"model":"p0-model"}"#, "input", 400),
                (#"{"model":"p0-model","input":[]}"#, "input", 400), (#"{"model":"p0-model","input":7}"#, "input", 400),
                (#"{"model":"p0-model","input":["a",[1,2]]}"#, "input[1]", 400),
                (#"{"model":"p0-model","input":[1,2]}"#, "input[0]", 400),
                (#"{"model":"p0-model","input":"a","encoding_format":"int8"}"#, "encoding_format", 400),
                (#"{"model":"p0-model","input":"a","dimensions":0}"#, "dimensions", 400),
                (#"{"model":"cascade","input":"a"}"#, "model", 400),
                (#"{"model":"nobody's","input":"a"}"#, "model", 404),
            ] as [(String, String?, Int)])
        func malformed(_ body: String, parameter: String?, status: Int) async throws {
            let fixture = try await GatewayFixture(Script())
            let reply = try fixture.client().post(Self.path, body)
            #expect(reply.status == status, "\(reply.body)")
            #expect(reply.error["param"] as? String == parameter, "\(reply.body)")
            #expect(fixture.providers[0].counters.requests == 0)
            await fixture.end()
        }

        @Test("A client that goes away cancels the upstream")
        func clientLeaves() async throws {
            let fixture = try await GatewayFixture(Script(fault: .noAnswer))
            var client: HTTPClient? = try fixture.client()
            client?.send(HTTPClient.post(Self.path, #"{"model":"p0-model","input":"a"}"#))
            #expect(await fixture.providers[0].waitForRequests(1))
            client = nil
            #expect(await fixture.providers[0].waitForPeerClose() != nil)
            await fixture.end()
            #expect(fixture.router.metrics.cancelled == 1)
        }
    }
}
