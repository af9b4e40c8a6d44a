import Cascade
import Foundation
import Testing

@testable import CascadeCommand

@Suite struct OutputTests {
    @Test func `JSON keeps the order of keys and escapes what must be`() throws {
        let value = JSONValue.members([
            "b": .string("a\"b\\c\n\u{1}\u{9B}é\u{2028}"), "a": .array([.integer(1), .number(1.5), .number(2), .null]),
            "left out": nil, "nan": .number(.nan), "yes": .bool(true),
        ])
        #expect(
            value.description
                == #"{"b":"a\"b\\c\n\u0001\u009bé\u2028","a":[1,1.5,2,null],"nan":null,"yes":true}"#)
    }

    @Test(arguments: [#"{"a":[1,2.5,"x",null,true,{}]}"#, "[]", "null", "\"\"", "-3"])
    func `JSON is read as it is written`(text: String) throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).description == text)
    }

    @Test func `milliseconds have three digits behind the point`() {
        #expect(JSONValue.milliseconds(.microseconds(1_234_567)).description == "1234.567")
        #expect(JSONValue.milliseconds(.nanoseconds(1_999)).description == "0.001")
    }

    @Test(arguments: [
        (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
        (true, ["TERM": "dumb"], false),
    ])
    func `colour is for terminals, unless refused`(isTerminal: Bool, environment: [String: String], expected: Bool) {
        let style = Style(isInteractive: isTerminal, environment: environment)
        #expect(style.isColoured == expected)
        #expect(style.red("x") == (expected ? "\u{1B}[31mx\u{1B}[0m" : "x"))
    }

    @Test func `columns are as wide as their widest cell`() {
        var table = TextTable(["A", "LONG", "C"], style: Style(isInteractive: false))
        table.add(["wide", "x", "end"])
        #expect(table.text == "A     LONG  C\nwide  x     end\n")
    }

    @Test func `a bar is filled as far as its work is done`() {
        #expect(ProgressBar.line(nil, "3 done") == "3 done")
        #expect(ProgressBar.line(0.5, "x") == "[############............] 50 % x")
        #expect(ProgressBar.line(7, "x") == "[########################] 100 % x")
    }

    @Test(arguments: [
        (Duration.microseconds(420), "0.4 ms"), (.milliseconds(37), "37 ms"), (.milliseconds(1240), "1.2 s"),
        (.seconds(43), "43 s"),
    ])
    func `times are rounded for a person`(time: Duration, text: String) {
        #expect(Units.text(time) == text)
    }

    @Test(arguments: [(512, "512 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB")])
    func `sizes are rounded for a person`(bytes: Int, text: String) {
        #expect(Units.text(bytes: bytes) == text)
    }

    @Test(arguments: [
        ("plain é \u{A0}\n\t\u{1F44B}", "plain é \u{A0}\n\t\u{1F44B}"), ("\u{1B}[2J", "\u{FFFD}[2J"),
        ("a\r\nb\u{7}", "a\u{FFFD}\nb\u{FFFD}"), ("\u{7F}\u{9B}31m\u{0}", "\u{FFFD}\u{FFFD}31m\u{FFFD}"),
    ])
    func `a terminal gets no control characters`(text: String, shown: String) {
        #expect(TerminalText.harmless(text) == shown)
    }

    @Test func `a line of the log begins with its message`() {
        #expect(
            ConsoleLog.line("circuit opened", ["reason": "rate limited", "provider": "a", "model": ""])
                == #"circuit opened provider=a reason="rate limited""#)
    }

    @Test(arguments: [
        ("127.0.0.1:1234", "http://127.0.0.1:1234"), ("box", "http://box:11434"), ("http://box:1/", "http://box:1"),
        ("0.0.0.0", "http://127.0.0.1:11434"), (" ", nil),
    ])
    func `Ollama's variable has several forms`(host: String, address: String?) throws {
        #expect(try EnvironmentFallback.address(ofOllama: host).get() == address)
    }

    @Test(arguments: [
        "http://me:sk-secret@box", "http://me:sk/secret@box", "http://me/sk-secret@box", "me:sk-secret@box",
        "http://box/?key=sk-secret", "sk-secret box",
    ])
    func `Ollama's variable holds no credentials, and is not shown`(host: String) async {
        let configuration = await EnvironmentFallback.configuration(["OLLAMA_HOST": host, "OPENAI_API_KEY": "k"])
        #expect(configuration.providers.map(\.type) == [.openai])
        let warning = configuration.warnings.map(\.description).joined()
        #expect(warning.hasPrefix("environment: warning: OLLAMA_HOST: expected a host or an address, found one with "))
        #expect(!warning.contains("me:") && !warning.contains("secret") && !warning.contains("box"))
    }
}
