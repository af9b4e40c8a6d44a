import Cascade
import Foundation
import Testing

/// What the documents say of the code, held against the code.
@Suite("Documentation")
struct DocumentationTests {
    /// The package's folder: this file is in Tests/CascadeTests.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let article = "Sources/Cascade/Cascade.docc"

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test(
        "a document's table of variables is the one that the environment is parsed by",
        arguments: ["README.md", "\(article)/TuningTheRouter.md"])
    func tuningTable(path: String) throws {
        let text = try Self.text(of: path)
        let start = try #require(text.range(of: "<!-- tuning -->\n"), "\(path) has no <!-- tuning -->")
        let end = try #require(
            text.range(of: "<!-- /tuning -->", range: start.upperBound..<text.endIndex),
            "\(path) has no <!-- /tuning -->")
        let table = text[start.upperBound..<end.lowerBound]
        #expect(table == Tuning.markdownTable, "put Tuning.markdownTable into \(path)")
    }

    @Test("the README's configurations can be used, and none of their keys is unknown")
    func configurations() throws {
        let blocks = try Self.blocks(in: "README.md", language: "yaml")
        #expect(!blocks.isEmpty)
        for yaml in blocks {
            let configuration = try CascadeConfiguration.parse(
                yaml: yaml, file: "README.md", environment: ["OPENAI_API_KEY": "a-key"])
            #expect(configuration.warnings.isEmpty)
            #expect(configuration.enabledProviders.count == configuration.providers.count)
        }
    }

    @Test("the README's list of types is the code's")
    func types() throws {
        let text = try Self.text(of: "README.md")
        let start = try #require(text.range(of: "Types are"))
        let sentence = text[start.upperBound...].prefix { $0 != "." }
        let listed = sentence.split(separator: "`").filter { $0.allSatisfy { $0.isLetter || $0 == "_" } }
        #expect(Set(listed.map(String.init)).subtracting(["url"]) == Set(ProviderType.allCases.map(\.rawValue)))
    }

    @Test("the article on errors has a row for each code, with what the code says of trying again")
    func errorCodes() throws {
        let text = try Self.text(of: "\(Self.article)/Errors.md")
        for code in CascadeError.Code.allCases {
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(code.rawValue)` |") })
            let again = CascadeError(code: code, message: "").isRetriable ? "| yes |" : "| no |"
            #expect(row.contains(again), "\(code)")
        }
    }

    @Test("the article on failures has a row for each class, with what follows from it")
    func failureClasses() throws {
        let text = try Self.text(of: "\(Self.article)/FailureAndCommit.md")
        for kind in FailureClass.allCases {
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(kind.rawValue)` |") })
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 5)
            #expect((cells[2] == "no") == (kind.sameProviderAgain == .never), "\(kind)")
            #expect((cells[3] == "yes") == kind.triesNextProvider, "\(kind)")
            #expect((cells[4] == "no") == !kind.countsForBreaker, "\(kind)")
        }
    }

    /// The fenced blocks of a language, without their fences.
    private static func blocks(in path: String, language: String) throws -> [String] {
        try text(of: path).components(separatedBy: "```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }
}
