import CascadeTesting
import Testing

@testable import Cascade

@Suite("Nothing breaks out of its line in a request's head")
struct HeaderInjectionTests {
    static let breaks = ["\r\n", "\n", "\r", "\0", "\r\n\r\n"]

    /// What is set to a text that goes on after a line's end.
    enum Place: CaseIterable {
        case key, headerName, headerValue, anthropicVersion
    }

    private func configuration(_ place: Place, _ text: String) -> CascadeConfiguration {
        var provider = ProviderConfiguration(
            name: "p", type: .anthropic, baseURL: "http://127.0.0.1:1", apiKey: "key-of-p",
            models: [ModelConfiguration(name: "m")])
        switch place {
        case .key: provider.apiKey = Secret(text)
        case .headerName: provider.headers[text] = "a value"
        case .headerValue: provider.headers["X-Extra"] = Secret(text)
        case .anthropicVersion: provider.anthropicVersion = text
        }
        return CascadeConfiguration(providers: [provider])
    }

    @Test("no router is made of such a configuration, nor does one take it", arguments: Place.allCases, breaks)
    func refused(place: Place, lineBreak: String) throws {
        let wrong = configuration(place, "hidden\(lineBreak)X-Injected: 1")
        let error = #expect(throws: CascadeError.self) { try CascadeRouter(configuration: wrong, options: .quiet) }
        #expect(error?.code == .invalidConfiguration && error?.message.hasPrefix("provider \"p\": ") == true)
        #expect(error.map { !"\($0)".contains("hidden") && !"\($0)".contains("Injected") } == true)
        let router = try CascadeRouter(configuration: configuration(.key, "a-good-key"), options: .quiet)
        #expect(throws: CascadeError.self) { try router.reload(wrong) }
        #expect(router.core.snapshot.providers[0].configuration.apiKey == "a-good-key")
    }

    @Test(
        "the router's own fields, doubled ones and bad names are refused in code as in a file",
        arguments: [
            ["Content-Length": "5"], ["Transfer-Encoding": "chunked"], ["x-a": "1", "X-A": "2"], ["": "a"],
            ["X A": "1"],
        ])
    func names(fields: [String: String]) {
        var wrong = configuration(.key, "a-good-key")
        wrong.providers[0].headers = fields.mapValues { Secret($0) }
        let error = #expect(throws: CascadeError.self) { try CascadeRouter(configuration: wrong, options: .quiet) }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test(
        "a file is told of it at its place",
        arguments: [
            #"api_key: "a\r\nX-Injected: 1""#, #"headers: {"X-A\r\nX-Injected": "1"}"#,
            #"headers: {X-A: "1\nX-Injected: 1"}"#, #"headers: {X-A: "1\0"}"#,
            #"anthropic_version: "1\r\nX-Injected: 1""#, #"url: "http://h\r\nX-Injected: 1""#, #"name: "a\r\nb""#,
        ])
    func files(member: String) {
        let name = member.hasPrefix("name") ? "" : "name: a, "
        let yaml = "providers: [{\(name)type: anthropic, enabled: true, \(member)}]"
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(yaml) }
        #expect(error?.diagnostics.first?.line == 1)
    }

    @Test("an address of several lines is not used")
    func address() async throws {
        for lineBreak in Self.breaks {
            let fixture = try RouterFixture(Script()) { configuration in
                configuration.providers[0].baseURL? += "\(lineBreak)X-Injected: 1"
            }
            let error = await failure { try await fixture.router.complete(ChatRequest("hi")) }
            #expect(error?.code == .noCandidate && fixture[0].counters.connectionsAccepted == 0)
        }
    }

    @Test("whatever a request says, its head has the router's fields and no others", arguments: Format.allCases, breaks)
    func requests(format: Format, lineBreak: String) async throws {
        let evil = "a\(lineBreak)X-Injected: 1\(lineBreak)"
        let fixture = try RouterFixture(Script(format: format)) { configuration in
            configuration.providers[0].models = []
        }
        var request = ChatRequest(evil, model: evil)
        request.user = evil
        request.stop = [evil]
        request.metadata = [evil: evil]
        request.tags = []
        request.agent = evil
        request.tools = [Tool(name: evil, description: evil, parameters: "{}")]
        for isStream in [false, true] {
            // Refused or answered: either is well, a field of the caller's is not.
            _ = await failure { [request] in
                if isStream {
                    _ = try await fixture.router.stream(request)
                } else {
                    _ = try await fixture.router.complete(request)
                }
            }
        }
        #expect(fixture[0].log.allSatisfy { $0.header("X-Injected") == nil })
        #expect(fixture[0].log.allSatisfy { !$0.path.contains("Injected: 1") })
        #expect(fixture[0].counters.requests <= 2)
    }
}
