import Cascade
import Foundation
import Testing

@Suite("Loading a configuration file")
final class ConfigurationLoadTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "cascade-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    private func write(_ data: Data, mode: Int = 0o600) throws -> String {
        let path = directory.appending(path: "providers.yaml").path
        try data.write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func diagnostics(_ path: String) -> [String] {
        do {
            _ = try CascadeConfiguration.load(path: path, environment: [:])
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    @Test("a file is read, through a link too")
    func loads() throws {
        let path = try write(Data(providersFile.utf8))
        #expect(try CascadeConfiguration.load(path: path, environment: [:]).providers.count == 4)
        let link = directory.appending(path: "link.yaml").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "providers.yaml")
        #expect(try CascadeConfiguration.load(path: link, environment: [:]).providers.count == 4)
    }

    @Test("what is no file says so")
    func refuses() throws {
        let absent = directory.appending(path: "absent.yaml").path
        #expect(diagnostics(absent) == ["\(absent): error: file not found"])
        #expect(diagnostics(directory.path) == ["\(directory.path): error: this is a directory; expected a file"])
        #expect(diagnostics("/dev/zero") == ["/dev/zero: error: this is not a regular file"])
        #expect(diagnostics("") == [": error: file not found"])
    }

    @Test("a file too large, or not text, is refused with its place")
    func refusesContents() throws {
        let large = try write(Data(repeating: UInt8(ascii: "#"), count: 4 << 20 + 1))
        #expect(diagnostics(large) == ["\(large): error: larger than 4 MiB"])
        let binary = try write(Data("a: 1\nb: ".utf8) + [0xFF, 0xFE])
        #expect(diagnostics(binary) == ["\(binary):2:1: error: the file is not UTF-8 text"])
        let nul = try write(Data("a: \0".utf8))
        #expect(diagnostics(nul) == ["\(nul):1:4: error: not valid YAML: control characters are not allowed"])
    }

    @Test(
        "a key written out in a file that others can get at is worth a warning",
        arguments: [(0o600, 0), (0o400, 0), (0o640, 2), (0o644, 2), (0o604, 2), (0o620, 2), (0o602, 2)])
    func warnsOfReadableKeys(mode: Int, count: Int) throws {
        let yaml = """
            providers:
              - name: a
                type: openai
                enabled: true
                api_key: sk-literal
                headers: {Authorization: Bearer x, X-Team: blue, X-Token: "${T}"}
            """
        let path = try write(Data(yaml.utf8), mode: mode)
        let warnings = try CascadeConfiguration.load(path: path, environment: ["T": "t"]).warnings
        let paths = ["providers[0].api_key", "providers[0].headers.Authorization"]
        #expect(warnings.map(\.path) == Array(paths.prefix(count)))
        #expect(warnings.allSatisfy { !$0.description.contains("sk-literal") })
    }
}
