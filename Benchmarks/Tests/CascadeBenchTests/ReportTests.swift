import BenchReport
import Foundation
import Testing

@Suite struct ReportTests {
    private static var report: Report {
        var results = Fixture.results(.requests, LoadName.plain)
        results.add(.cpuPerRequest, [30, 28, 32], of: .cascade, on: LoadName.plain)
        results.add(.cpuPerRequest, [20, 20, 20], of: .curl, on: LoadName.plain)
        return Report(results, Verdict.all(of: results))
    }

    @Test func thePageFetchesNothing() {
        let page = Self.report.html
        for part in ["<script", "<link", "<img", "url(", "@import", "src="] { #expect(!page.contains(part)) }
    }

    @Test func thePageTellsTheMachineAndEveryFigure() {
        let page = Self.report.html
        #expect(page.contains("A &lt;fast&gt; one, 2 cores"))
        #expect(page.contains("<strong>1.50×</strong>"))
        #expect(page.contains("not measured"))
    }

    @Test func theJSONHoldsEachRound() throws {
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(Self.report.json.utf8)) as? [String: Any])
        let results = try #require(object["results"] as? [String: Any])
        #expect((results["records"] as? [Any])?.count == 6)
        let targets = try #require(object["targets"] as? [[String: Any]])
        #expect(targets.contains { $0["median"] as? Double == 1.5 && $0["reached"] as? String == "floor" })
    }

    @Test func bothFilesAreWritten() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString)/inner")
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        try Report.prepare(folder.path())
        try Self.report.write(to: folder.path())
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: folder.path())) == ["report.html", "report.json"])
    }
}
