import Cascade
import Testing

/// A file and all that is to be said of it.
struct Malformed: CustomTestStringConvertible {
    var yaml: String
    var lines: [String]

    init(_ yaml: String, _ lines: String...) {
        self.yaml = yaml
        self.lines = lines
    }

    var testDescription: String { lines.first ?? yaml }
}

/// `a` as a provider, with more members.
private func provider(_ members: String) -> String {
    "providers:\n  - {name: a, type: ollama, enabled: true, \(members)}\n"
}

private let types = """
    openai, anthropic, ollama, gemini, grok, xai, groq, mistral, deepseek, openrouter, together, fireworks, vllm, \
    vllm_mlx, llamacpp, lmstudio, airllm, openai_compatible
    """

@Suite("Diagnostics of a configuration")
struct ConfigurationDiagnosticTests {
    static let structure = [
        Malformed("", #"error: the file is empty; expected at least a "providers" list"#),
        Malformed("# nothing\n", #"error: the file is empty; expected at least a "providers" list"#),
        Malformed("~\n", #"1:1: error: the file is empty; expected at least a "providers" list"#),
        Malformed("- a\n", #"1:1: error: expected a mapping with a "providers" list, found a list"#),
        Malformed("hello\n", #"1:1: error: expected a mapping with a "providers" list, found a text"#),
        Malformed("cascade: {}\n", "1:1: error: providers: expected a list of at least one provider"),
        Malformed(
            "providers: []\n", "1:12: error: providers: expected a list of at least one provider, found an empty list"),
        Malformed("providers: {a: b}\n", "1:12: error: providers: expected a list of providers, found a mapping"),
        Malformed("providers:\n  - ollama\n", "2:5: error: providers[0]: expected a mapping, found a text"),
        Malformed(
            "a: 1\nb: [1, 2\nc: 3\n",
            "3:2: error: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence "
                + "begun at line 2"),
        Malformed(
            "a: \"x\n",
            "2:1: error: not valid YAML: found unexpected end of stream while scanning a quoted scalar "
                + "begun at line 1"),
        Malformed(
            "a: 1\n\tb: 2\n",
            "2:1: error: not valid YAML: found a tab character that violates indentation while scanning a "
                + "plain scalar begun at line 1"),
        Malformed(
            "a:\n\t- b\n",
            "2:1: error: not valid YAML: found character that cannot start any token while scanning for the "
                + "next token begun at line 2 (indent with spaces, not tabs; quote a text that begins with @, ` or %)"),
        Malformed("a: *b\n", "1:4: error: not valid YAML: found undefined alias"),
        Malformed("a: 1\n--- \nb: 2\n", "2:1: error: expected one YAML document, found another"),
        Malformed("a: 1\nb: \u{1}\n", "2:4: error: not valid YAML: control characters are not allowed"),
        Malformed(
            "x: 1\nproviders: []\nproviders: []\n",
            #"2:1: error: the same key more than once in a mapping: "providers""#),
        Malformed(provider("name: b"), #"2:6: error: the same key more than once in a mapping: "name""#),
        Malformed(provider("{a: b}: c"), "2:44: error: providers[0]: expected a text as the key"),
        Malformed(provider("<<: 3"), "2:48: error: providers[0]: expected a mapping to merge"),
    ]

    static let values = [
        Malformed(
            "providers:\n  - name: a\n    type: ollama\n    priority: high\n",
            #"4:15: error: providers[0].priority: expected a whole number, found "high""#),
        Malformed(provider("priority: 1.5"), "2:54: error: providers[0].priority: expected a whole number, found 1.5"),
        Malformed(
            provider("priority: \"1\""), #"2:54: error: providers[0].priority: expected a whole number, found "1""#),
        Malformed(
            provider("priority: -1"),
            "2:54: error: providers[0].priority: expected a whole number from 0 to 1000000000, found -1"),
        Malformed(
            provider("priority: 99999999999999999999"),
            "2:54: error: providers[0].priority: expected a whole number from 0 to 1000000000, "
                + "found 99999999999999999999"),
        Malformed(
            provider("models: [{name: m, context_window: 0}]"),
            "2:79: error: providers[0].models[0].context_window: expected a whole number, at least 1, found 0"),
        Malformed(provider("models: [{default: true}]"), "2:53: error: providers[0].models[0].name: expected a name"),
        Malformed(
            provider("models: [\" \"]"), "2:53: error: providers[0].models[0]: expected a name, found an empty one"),
        Malformed(
            provider("models: [\"a\\nb\"]"),
            "2:53: error: providers[0].models[0]: expected a name, found one with control characters"),
        Malformed(
            "providers:\n  - {name: \"\", type: ollama}\n",
            "2:12: error: providers[0].name: expected a name, found an empty one"),
        Malformed("providers:\n  - {type: ollama}\n", "2:5: error: providers[0].name: expected a name"),
        Malformed(
            "providers:\n  - {name: a}\n",
            "2:5: error: providers[0].type: expected a provider type; known are \(types)"),
        Malformed(
            "providers:\n  - {name: a, type: olama}\n",
            #"2:21: error: providers[0].type: expected a provider type, found "olama" (did you mean "ollama"?); "#
                + "known are \(types)"),
        Malformed(
            "providers:\n  - {name: a, type: ollama, enabled: 1}\n",
            "2:38: error: providers[0].enabled: expected true or false, found 1"),
        Malformed(
            "providers:\n  - {name: a, type: ollama, enabled: true}\n  - {name: a, type: vllm}\n",
            "3:12: error: providers[1].name: a provider of this name is already in line 2"),
        Malformed(
            "providers:\n  - {name: a, type: openai_compatible, enabled: true}\n",
            "2:5: error: providers[0].url: expected an address, because this type has none of its own"),
        Malformed(
            "cascade: {timeout_seconds: soon}\n" + provider("priority: 1"),
            #"1:28: error: cascade.timeout_seconds: expected a number of seconds, found "soon""#),
        Malformed(
            "cascade: {timeout_seconds: -1, deadline_seconds: .inf}\n" + provider("priority: 1"),
            "1:28: error: cascade.timeout_seconds: expected a number of seconds from 0.001 to 86400, found -1",
            #"1:50: error: cascade.deadline_seconds: expected a number of seconds, found ".inf""#),
        Malformed(
            "cost_tracking: {budget_daily_usd: -3, on_exceeded: stop}\n" + provider("priority: 1"),
            "1:35: error: cost_tracking.budget_daily_usd: expected a number from 0 to 1000000000, found -3",
            #"1:52: error: cost_tracking.on_exceeded: expected an action, found "stop"; known are alert, skip_paid"#),
        Malformed(
            "fallback_chains: {vision: llava}\n" + provider("priority: 1"),
            "1:27: error: fallback_chains.vision: expected a list of model names, found a text"),
        Malformed(
            provider("headers: {\"a b\": x, Content-Length: 3, x-a: 1, X-A: 2}"),
            "2:54: error: providers[0].headers: expected the name of a header field, found another text",
            "2:64: error: providers[0].headers: the header field content-length is the router's own to set",
            "2:91: error: providers[0].headers: the header field x-a is already given"),
    ]

    @Test("names the place and what would be right", arguments: structure + values)
    func describes(malformed: Malformed) {
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(malformed.yaml) }
        #expect(error?.diagnostics.map(\.description) == malformed.lines.map(located))
    }

    @Test("all mistakes are reported, in the order of the file, with the warnings between")
    func reportsAll() {
        let yaml = """
            metrics: {retention_hours: 0}
            cascade:
              timout_seconds: 3
              max_attempts: none
            providers:
              - name: a
                type: olama
                priority: x
              - name: b
                type: ollama
                url: localhost
            """
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(yaml) }
        #expect(
            error?.diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.severity) \($0.path)" } == [
                "1:28 error metrics.retention_hours", "3:3 warning cascade", "4:17 error cascade.max_attempts",
                "7:11 error providers[0].type", "8:15 error providers[0].priority", "11:10 error providers[1].url",
            ])
        #expect(error?.description.split(separator: "\n").count == 6)
        #expect(error?.diagnostics[4].expected == "a whole number")
    }

    @Test(
        "warns of what is odd and goes on",
        arguments: [
            Malformed(
                "cascade: {timout_seconds: 3, bogus: 1}\n" + provider("priority: 1"),
                #"1:11: warning: cascade: unknown key "timout_seconds" is ignored; did you mean "timeout_seconds"?"#,
                #"1:30: warning: cascade: unknown key "bogus" is ignored"#),
            Malformed(
                provider("modles: [], api-key: x, max: 3"),
                #"2:44: warning: providers[0]: unknown key "modles" is ignored; did you mean "models"?"#,
                #"2:56: warning: providers[0]: unknown key "api-key" is ignored; did you mean "api_key"?"#,
                #"2:68: warning: providers[0]: unknown key "max" is ignored; did you mean "max_concurrency"?"#),
            Malformed(
                "provider: []\n" + provider("priority: 1"),
                #"1:1: warning: unknown key "provider" is ignored; did you mean "providers"?"#),
            Malformed(
                "providers:\n  - {name: a, type: ollama}\n", "2:3: warning: providers: no provider is enabled"),
            Malformed(
                provider("models: [{name: a, default: true}, {name: b, default: true}, {name: a}]"),
                "2:79: warning: providers[0].models[1]: another model is already the default; that one is used",
                "2:105: warning: providers[0].models[2]: a model of this name is already listed"),
            Malformed(
                provider("models: [{name: a, capabilities: [text, visoin, telepathy]}]"),
                #"2:84: warning: providers[0].models[0].capabilities[1]: "visoin" is no known capability "#
                    + #"(did you mean "vision"?) and is ignored"#,
                #"2:92: warning: providers[0].models[0].capabilities[2]: "telepathy" is no known capability "#
                    + "and is ignored"),
            Malformed(
                "fallback_chains: {smell: [a]}\n" + provider("priority: 1"),
                #"1:19: warning: fallback_chains: "smell" is no known capability and its chain is never used"#,
                #"1:27: warning: fallback_chains.smell[0]: "a" is a model of no provider and is never used"#),
            Malformed(
                "fallback_chains: {tools: [m1, m2-lage]}\n" + provider("models: [m1, m2-large]"),
                "1:31: warning: fallback_chains.tools[1]: \"m2-lage\" is a model of no provider (did you mean "
                    + "\"m2-large\"?) and is never used"),
            Malformed(
                provider("url: \"http://a\", base_url: \"http://b\""),
                "2:71: warning: providers[0].base_url: not used, because \"url\" is given too"),
            Malformed(
                provider("tls: {insecure_skip_verify: true}"),
                "2:72: warning: providers[0].tls.insecure_skip_verify: certificates of \"a\" are not checked: "
                    + "anyone on the way can read the requests and the key"),
            Malformed(
                provider("api_key: \"${ABSENT}\", headers: {x-a: \"${ABSENT}\"}"),
                "2:53: warning: providers[0].api_key: the environment variable ABSENT is not set, so there is no key",
                "2:81: warning: providers[0].headers.x-a: the environment variable ABSENT is not set, so the field "
                    + "is left out"),
        ])
    func warns(malformed: Malformed) throws {
        #expect(try parseConfiguration(malformed.yaml).warnings.map(\.description) == malformed.lines.map(located))
    }

    @Test(
        "an alias that leads to no model but to an alias is told",
        arguments: [
            ("{a: a}", ["3:7: warning: aliases.a: an alias of itself is never used"]),
            (
                "{a: [m, b], b: a}",
                [
                    #"3:11: warning: aliases.a[1]: "b" is an alias too; none is followed to another"#,
                    #"3:18: warning: aliases.b: "a" is an alias too; none is followed to another"#,
                ]
            ),
            // Models of two providers that stand for each other.
            ("{m: [m, n], n: [n, m]}", []), ("{a: [gone]}", []),
        ])
    func warnsOfAliases(aliases: String, warnings: [String]) throws {
        let listing = "{name: p, type: ollama, enabled: true, models: [m]}, {name: q, type: ollama, models: [n]}"
        let yaml = "providers: [\(listing)]\naliases:\n  \(aliases)"
        #expect(try parseConfiguration(yaml).warnings.map(\.description) == warnings.map(located))
        // A provider that lists nothing may have a model of any name.
        let open = "providers: [\(listing), {name: r, type: ollama, enabled: true}]\naliases: \(aliases)"
        #expect(try parseConfiguration(open).warnings == [])
    }

    @Test(
        "refuses addresses that requests cannot be sent to",
        arguments: [
            ("localhost:11434", "one without http:// or https://"), ("ftp://a", "another scheme than http or https"),
            ("http://", "one without a host"), ("http://:80", "one without a host"), ("", "an empty one"),
            ("http://a b", "one with blanks"), ("http://a:0", "one with a bad port"),
            ("http://a:99999", "one with a bad port"), ("http://a:x", "one with a bad port"),
            ("http://a/?q=1", "one with a query or fragment"), ("http://a/#f", "one with a query or fragment"),
            ("http://me:pw@a", "one with a user name; use api_key or headers"), ("http://a<b", "one with a bad host"),
            ("http://[::1", "one with a bad host"), ("http://me/pw@a", "one with an @; write it as %40"),
            ("http://me:80/pw@a", "one with an @; write it as %40"),
        ])
    func refusesURL(url: String, found: String) {
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration(provider("url: \"\(url)\"")) }
        let expected = "expected an address such as \"http://localhost:11434\", found \(found)"
        #expect(error?.description == located("2:49: error: providers[0].url: \(expected)"))
    }

    @Test("keeps a bounded number of diagnostics")
    func boundsDiagnostics() {
        let providers = (0..<1000).map { "  - {name: p\($0), type: x}\n" }.joined()
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration("providers:\n" + providers) }
        #expect(error?.diagnostics.count == 200)
    }

    private func located(_ line: String) -> String {
        "providers.yaml:" + (line.hasPrefix("error") ? " " : "") + line
    }
}

@Suite("Files that would cost too much")
struct ConfigurationLimitTests {
    private func message(of yaml: String) -> String? {
        do {
            _ = try parseConfiguration(yaml)
            return nil
        } catch {
            return error.diagnostics.first?.message
        }
    }

    @Test("a file over 4 MiB is refused")
    func size() {
        #expect(message(of: provider("priority: 1") + String(repeating: "#", count: 4 << 20)) == "larger than 4 MiB")
    }

    @Test("nesting is bounded, however it is written")
    func depth() {
        #expect(
            message(of: "a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40))
                == "nested deeper than 32 levels")
        #expect(message(of: String(repeating: "- ", count: 900) + "x") == "nested deeper than 32 levels")
        #expect(message(of: String(repeating: "- ", count: 100_000) + "x") != nil)
        #expect(message(of: String(repeating: "[", count: 100_000)) != nil)
        #expect(message(of: String(repeating: "{a: ", count: 100_000)) != nil)
    }

    @Test("aliases are bounded in number and in what they stand for")
    func aliases() {
        let many = String(repeating: "*a, ", count: 101)
        #expect(message(of: "x: &a 1\ny: [\(many)]") == "too many aliases; at most 100 are allowed")
        let bomb = (1...9).map { "x\($0): &x\($0) [\(String(repeating: "*x\($0 - 1), ", count: 10))]\n" }.joined()
        #expect(message(of: "x0: &x0 a\n" + bomb) == "more than 100000 values")
        for key in ["? *x9\n: 1\n", "*x9 : 1\n", "{[*x9]: 1}: 1\n", "{?*x9: 1}: 1\n"] {
            #expect(message(of: "x0: &x0 a\n" + bomb + key) == "too many aliases; at most 100 are allowed")
        }
    }

    @Test("as many aliases as a person would write are fine")
    func fewAliases() throws {
        let models = (0..<60).map { "{name: m\($0), capabilities: *c}" }.joined(separator: ", ")
        let yaml = "custom_models: []\n" + provider("tags: &c [text, vision], models: [\(models)]")
        #expect(try parseConfiguration(yaml).providers[0].models[59].capabilities == ["text", "vision"])
    }
}
