import Cascade
import Testing

@Suite("Secrets of a configuration")
struct ConfigurationSecretTests {
    private let key = "sk-very-secret"

    @Test("a secret shows in no text, also as a member of other values")
    func redacted() throws {
        let yaml = """
            providers:
              - name: a
                type: openai
                enabled: true
                api_key: "${KEY}"
                headers: {Authorization: "Bearer ${KEY}"}
            """
        let configuration = try parseConfiguration(yaml, environment: ["KEY": key])
        let provider = configuration.providers[0]
        let secret = try #require(provider.apiKey)
        #expect(secret.reveal() == key)
        #expect(provider.headers["Authorization"]?.reveal() == "Bearer \(key)")

        var dumped = ""
        dump(configuration, to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(configuration)",
            String(reflecting: configuration), String(describing: provider), "\(provider.headers)", dumped,
        ]
        for text in texts {
            #expect(!text.contains(key))
            #expect(text.contains("redacted"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test(
        "a wrong secret is reported without showing it",
        arguments: [
            #"api_key: "sk-very-secret\nmore""#, #"api_key: "sk-very secret""#, #"api_key: "sk-very-secret é""#,
            "api_key: [sk-very-secret]", "api_key: {sk-very-secret: 1}", #"headers: {x-key: "sk-very-secret\r\n"}"#,
            #"headers: {x-key: "sk-very-secret\0"}"#, "headers: {x-key: [sk-very-secret]}",
            #"headers: {"x sk-very-secret": 1}"#, #"url: "http://me:sk-very-secret@host""#,
            #"url: "sk-very-secret""#, #"url: "http://me:80/sk-very-secret@host""#,
            #"headers: "Authorization: Bearer sk-very-secret""#, "headers: sk-very-secret", "models: sk-very-secret",
            "timeouts: sk-very-secret", "tls: 'sk-very-secret'", "tags: sk-very-secret",
        ])
    func hidden(member: String) {
        let yaml = "providers: [{name: a, type: openai, \(member)}]"
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(yaml) }
        #expect(error?.diagnostics.count == 1)
        #expect(error.map { !"\($0.description)\($0)\(String(reflecting: $0))".contains("sk-very") } == true)
    }

    @Test(
        "a text in place of a mapping or list is not shown",
        arguments: ["", "providers: ", "providers:\n- ", "a: &b x\n<<: "])
    func hiddenScalar(before: String) {
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(before + key) }
        #expect(error?.description.contains("sk-very") == false)
    }

    @Test("what the environment put in is not shown where a number was expected")
    func hidesEnvironment() {
        let yaml = "cascade: {max_attempts: \"${N}\"}\nproviders: [{name: a, type: ollama}]"
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(yaml, environment: ["N": key]) }
        #expect(
            error?.description
                == #"providers.yaml:1:25: error: cascade.max_attempts: expected a whole number, found "${N}""#)
    }

    @Test("blanks around a key are not part of it; a key of nothing is none")
    func trimmed() throws {
        let yaml = "providers: [{name: a, type: openai, api_key: \"${K}\"}, {name: b, type: openai, api_key: \" \"}]"
        let configuration = try parseConfiguration(yaml, environment: ["K": " sk-1\r\n"])
        #expect(configuration.providers.map(\.apiKey) == [Secret("sk-1"), nil])
    }
}
