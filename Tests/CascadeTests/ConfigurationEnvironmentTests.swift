import Cascade
import CascadeFormats
import Testing

@Suite("The environment in a configuration")
struct ConfigurationEnvironmentTests {
    @Test(
        "${NAME} is replaced in texts, once, and stays as written where it is not set",
        arguments: [
            ("${A}", "one"), ("x${A}y${A}z", "xoneyonez"), ("${B}", "${B}"), ("${B}${A}", "${B}one"), ("$A", "$A"),
            ("${A", "${A"), ("${}", "${}"), ("${${A}}", "${one}"), ("${1A}", "${1A}"), ("${A B}", "${A B}"),
            ("${LOOP}", "${A}"), ("${EMPTY}x", "x"), ("$${A}", "$one"), ("${A}\u{301}", "one\u{301}"),
        ])
    func substitutes(written: String, expected: String) throws {
        let environment = ["A": "one", "LOOP": "${A}", "EMPTY": ""]
        let configuration = try parseConfiguration(
            "providers: [{name: \"\(written)\", type: ollama}]", environment: environment)
        #expect(Array(configuration.providers[0].name.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("numbers and truth values may come from the environment, quoted or not")
    func substitutesNumbers() throws {
        let configuration = try parseConfiguration(
            """
            cascade: {timeout_seconds: "${T}", max_attempts: "${N}"}
            providers:
              - name: a
                type: ollama
                enabled: ${ON}
                url: http://${HOST}:1234
            """, environment: ["T": "1.5", "N": "3", "ON": "true", "HOST": "gpu"])
        #expect(configuration.cascade.timeout == .milliseconds(1500) && configuration.cascade.maxAttempts == 3)
        #expect(configuration.providers[0].enabled && configuration.providers[0].baseURL == "http://gpu:1234")
    }

    @Test("an address that names an unset variable says which, and does not matter where it is not used")
    func unsetAddress() throws {
        let address = "name: a, type: ollama, url: \"http://${HOST}\""
        #expect(try parseConfiguration("providers: [{\(address)}]").providers[0].baseURL == nil)
        let error = #expect(throws: ConfigurationError.self) {
            try parseConfiguration("providers: [{enabled: true, \(address)}]")
        }
        #expect(error?.diagnostics.first?.message.hasSuffix("the environment variable HOST, which is not set") == true)
    }

    @Test("a key that still reads ${…} is no key")
    func unsetKey() throws {
        let yaml = "providers: [{name: a, type: openai, api_key: \"x${ABSENT}\"}]"
        #expect(try parseConfiguration(yaml).providers[0].apiKey == nil)
    }

    @Test("without a file: Ollama, then each provider whose key is set")
    func fromEnvironment() {
        let environment = [
            "ANTHROPIC_API_KEY": "k2", "OPENAI_API_KEY": "k1", "XAI_API_KEY": "", "GOOGLE_API_KEY": "k4\n",
        ]
        let configuration = CascadeConfiguration.fromEnvironment(environment)
        let providers = configuration.enabledProviders
        #expect(providers.map(\.type) == [.ollama, .openai, .anthropic, .gemini])
        #expect(providers.map { $0.apiKey?.reveal() } == [nil, "k1", "k2", "k4"])
        #expect(providers.dropFirst().allSatisfy { $0.defaultModel != nil })
        #expect(configuration.warnings == [])
        #expect(CascadeConfiguration.fromEnvironment([:]).providers.map(\.name) == ["ollama"])
    }

    @Test("a key that cannot be one is left out with a warning that does not show it")
    func badKeyFromEnvironment() {
        let configuration = CascadeConfiguration.fromEnvironment(["OPENAI_API_KEY": "sk a", "XAI_API_KEY": "k"])
        #expect(configuration.providers.map(\.type) == [.ollama, .xai])
        #expect(
            configuration.warnings.map(\.description) == [
                "environment: warning: OPENAI_API_KEY: expected a key of visible ASCII characters, "
                    + "found blanks or other characters; not used"
            ])
    }

    @Test("the file is looked for in the documented order")
    func locates() {
        let environment = ["CASCADE_CONFIG": "/env.yaml", "HOME": "/users/u"]
        func locate(_ explicit: String?, _ environment: [String: String], _ files: Set<String>) -> ConfigurationSource {
            CascadeConfiguration.locate(explicit: explicit, environment: environment) { files.contains($0) }
        }
        let all: Set = ["./cascade.yaml", "./config/providers.yaml", "/users/u/.config/cascade/cascade.yaml"]
        #expect(locate("/x.yaml", environment, all) == .file(path: "/x.yaml"))
        #expect(locate(nil, environment, all) == .file(path: "/env.yaml"))
        let home = ["HOME": "/users/u", "CASCADE_CONFIG": ""]
        #expect(locate(nil, home, all) == .file(path: "./cascade.yaml"))
        #expect(locate(nil, home, all.subtracting(["./cascade.yaml"])) == .file(path: "./config/providers.yaml"))
        #expect(
            locate(nil, home, ["/users/u/.config/cascade/cascade.yaml"])
                == .file(path: "/users/u/.config/cascade/cascade.yaml"))
        #expect(locate(nil, home, []) == .environment)
        #expect(locate(nil, [:], ["/.config/cascade/cascade.yaml"]) == .environment)
    }
}
