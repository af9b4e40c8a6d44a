#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Reads the images and sounds that a request names by path, before it is encoded.
enum MediaFiles {
    /// A larger file is refused: no provider takes it, and base64 makes it a third larger still.
    static let maxBytes = 20 * 1024 * 1024

    /// The request with every file replaced by its bytes in base64.
    static func resolve(_ request: ChatRequest) async throws(CascadeError) -> ChatRequest {
        // The caller may be on a loop's thread, which a slow disk must not hold up.
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { () async throws(CascadeError) in
            try await read(request)
        }
    }

    /// What the files will take once they are encoded: what admission must know before they are read. A file that is
    /// not there, or is too large, counts nothing; `resolve` refuses it.
    static func encodedSize(of request: ChatRequest) async -> Int {
        await withTaskExecutorPreference(globalConcurrentExecutor) { await measure(request) }
    }

    /// Whether there is anything to read.
    static func areNamed(in request: ChatRequest) -> Bool {
        request.messages.contains { $0.content.contains { $0.filePath != nil } }
    }

    @concurrent
    private static func measure(_ request: ChatRequest) async -> Int {
        var size = 0
        for message in request.messages {
            for case .some(let path) in message.content.lazy.map(\.filePath) {
                guard let attributes = try? attributes(of: path), let bytes = attributes.size, bytes <= maxBytes else {
                    continue
                }
                size += (bytes + 2) / 3 * 4
            }
        }
        return size
    }

    @concurrent
    private static func read(_ request: ChatRequest) async throws(CascadeError) -> ChatRequest {
        var request = request
        for message in request.messages.indices {
            for part in request.messages[message].content.indices {
                try replaceFile(&request.messages[message].content[part])
            }
        }
        return request
    }

    private static func replaceFile(_ part: inout ContentPart) throws(CascadeError) {
        switch part {
        case .image(.file(let path), let detail):
            let data = try contents(of: path, what: "image")
            guard let mediaType = imageType(data) else {
                throw CascadeError(
                    code: .invalidRequest, message: "image \(path): not a JPEG, PNG, GIF, WebP or BMP file")
            }
            part = .image(.base64(data.base64EncodedString(), mediaType: mediaType), detail: detail)
        case .audio(.file(let path)):
            let data = try contents(of: path, what: "audio")
            guard let format = audioFormat(data) else {
                throw CascadeError(code: .invalidRequest, message: "audio \(path): not a WAV or MP3 file")
            }
            part = .audio(.base64(data.base64EncodedString(), format: format))
        default:
            return
        }
    }

    private static func contents(of path: String, what: String) throws(CascadeError) -> Data {
        func invalid(_ reason: String) -> CascadeError {
            CascadeError(code: .invalidRequest, message: "\(what) \(path): \(reason)")
        }
        guard let attributes = try? attributes(of: path) else {
            throw invalid("no such file, or it cannot be read")
        }
        if attributes.type == .typeDirectory { throw invalid("is a directory") }
        guard attributes.type == .typeRegular, let size = attributes.size else {
            throw invalid("is not a regular file")
        }
        guard size <= maxBytes else {
            throw invalid("is \(size / 1_048_576) MiB; at most \(maxBytes / 1_048_576) MiB are sent")
        }
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw invalid("cannot be read")
        }
    }

    private struct Attributes {
        var type: FileAttributeType?
        var size: Int?
    }

    private static func attributes(of path: String) throws -> Attributes {
        // Of what a link leads to, not of the link.
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return Attributes(
            type: attributes[.type] as? FileAttributeType,
            size: (attributes[.size] as? UInt64).map(Int.init(clamping:)) ?? attributes[.size] as? Int)
    }

    private static func imageType(_ data: Data) -> String? {
        if data.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if data.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if data.starts(with: Array("GIF8".utf8)) { return "image/gif" }
        if data.starts(with: Array("RIFF".utf8)), data.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            return "image/webp"
        }
        return data.starts(with: Array("BM".utf8)) ? "image/bmp" : nil
    }

    private static func audioFormat(_ data: Data) -> String? {
        if data.starts(with: Array("RIFF".utf8)), data.dropFirst(8).starts(with: Array("WAVE".utf8)) { return "wav" }
        let isMP3 = data.starts(with: Array("ID3".utf8)) || (data.first == 0xFF && data.dropFirst().first ?? 0 >= 0xE0)
        return isMP3 ? "mp3" : nil
    }
}

extension ContentPart {
    fileprivate var filePath: String? {
        switch self {
        case .image(.file(let path), _), .audio(.file(let path)): path
        default: nil
        }
    }
}
