#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A configuration file's text, and whether its mode lets users other than its owner at it.
struct ConfigurationFile {
    let text: String
    let isReadableByOthers: Bool

    /// - Throws: one diagnostic that says why there is no text.
    init(path: String) throws(ConfigurationError) {
        let attributes = try Self.attributes(path)
        isReadableByOthers = Self.number(attributes[.posixPermissions]) & 0o077 != 0
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Self.failure(path, "the file cannot be read; check its permissions")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.failure(path, "the file is not UTF-8 text", line: Self.firstBadLine(bytes))
        }
        self.text = text
    }

    /// The attributes of what may be read: a regular file of a sensible size.
    private static func attributes(_ path: String) throws(ConfigurationError) -> [FileAttributeKey: Any] {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { throw failure(path, "file not found") }
        // `attributesOfItem` does not follow links, and configuration is often mounted as one.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try files.attributesOfItem(atPath: target)
        } catch {
            throw failure(path, "the file cannot be read; check its permissions")
        }
        switch attributes[.type] as? FileAttributeType {
        case FileAttributeType.typeRegular: break
        case FileAttributeType.typeDirectory: throw failure(path, "this is a directory; expected a file")
        default: throw failure(path, "this is not a regular file")
        }
        guard number(attributes[.size]) <= CascadeConfiguration.maxFileBytes else {
            throw failure(path, "larger than \(CascadeConfiguration.maxFileBytes >> 20) MiB")
        }
        return attributes
    }

    /// The number behind an attribute, whose type differs between platforms.
    private static func number(_ value: Any?) -> Int {
        (value as? UInt).map { Int(clamping: $0) } ?? (value as? UInt64).map { Int(clamping: $0) } ?? (value as? Int)
            ?? 0
    }

    private static func failure(_ path: String, _ message: String, line: Int? = nil) -> ConfigurationError {
        ConfigurationError(diagnostics: [
            ConfigurationDiagnostic(
                severity: .error, file: path, line: line, column: line.map { _ in 1 }, message: message)
        ])
    }

    private static func firstBadLine(_ bytes: [UInt8]) -> Int? {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .firstIndex { String(validating: $0, as: UTF8.self) == nil }
            .map { $0 + 1 }
    }
}
