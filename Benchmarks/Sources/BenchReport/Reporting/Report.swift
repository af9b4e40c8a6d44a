internal import Foundation

/// What `compare --report` writes: a page for people, and everything that was measured for programs.
package struct Report: Encodable, Sendable {
    private var results: Results
    private var targets: [Entry]
    private var verdicts: [Verdict]

    package init(_ results: Results, _ verdicts: [Verdict]) {
        self.results = results
        self.verdicts = verdicts
        targets = verdicts.map(Entry.init)
    }

    package var html: String { Page(results, verdicts).html }

    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }

    /// Makes the folder if there is none.
    package static func prepare(_ folder: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: folder, directoryHint: .isDirectory), withIntermediateDirectories: true)
    }

    /// Writes report.html and report.json.
    package func write(to folder: String) throws {
        let folder = URL(filePath: folder, directoryHint: .isDirectory)
        try Data(html.utf8).write(to: folder.appending(path: "report.html"))
        try Data(json.utf8).write(to: folder.appending(path: "report.json"))
    }

    enum CodingKeys: CodingKey {
        case results
        case targets
    }

    /// A target and what became of it.
    private struct Entry: Encodable {
        var group: String
        var name: String
        var unit: String
        var floor: Double?
        var aim: Double
        var median: Double?
        var minimum: Double?
        var maximum: Double?
        var reached: String

        init(_ verdict: Verdict) {
            group = verdict.target.group
            name = verdict.target.name
            unit = verdict.target.unit.measured.rawValue
            floor = verdict.target.floor
            aim = verdict.target.aim
            median = verdict.figure?.median
            minimum = verdict.figure?.minimum
            maximum = verdict.figure?.maximum
            reached = verdict.outcome.rawValue
        }
    }
}
