internal import Foundation

/// What the content of some messages asks of a model, read from the messages themselves.
enum ContentNeeds: String {
    case text
    case vision
    case audio
    case multimodal

    private static let imageExtensions = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"]

    init(of messages: [[String: Any]]) {
        let image = messages.contains(where: Self.hasImage)
        let audio = messages.contains(where: Self.hasAudio)
        switch (image, audio) {
        case (true, true): self = .multimodal
        case (true, false): self = .vision
        case (false, true): self = .audio
        case (false, false): self = .text
        }
    }

    var capabilities: [String] {
        switch self {
        case .text: ["text"]
        case .vision: ["vision"]
        case .audio: ["audio"]
        case .multimodal: ["vision", "audio"]
        }
    }

    private static func hasImage(_ message: [String: Any]) -> Bool {
        if let images = message["images"] as? [Any], !images.isEmpty { return true }
        if let text = message["content"] as? String { return namesImage(text) }
        let parts = message["content"] as? [[String: Any]] ?? []
        return parts.contains { part in
            if part["type"] as? String == "image_url" { return true }
            return (part["text"] as? String).map(namesImage) ?? false
        }
    }

    private static func hasAudio(_ message: [String: Any]) -> Bool {
        if message["audio"] != nil { return true }
        let parts = message["content"] as? [[String: Any]] ?? []
        return parts.contains { $0["type"] as? String == "audio" || $0["audio"] != nil }
    }

    private static func namesImage(_ text: String) -> Bool {
        let lowercased = text.lowercased()
        return contains("data:image/", in: lowercased) || imageExtensions.contains { contains($0, in: lowercased) }
    }

    /// The C library's search, as Python's `in` is one in C: Swift's `contains` takes three hundred times as long on a
    /// long text. A text is looked at up to its first NUL, if it has one.
    private static func contains(_ word: String, in text: String) -> Bool {
        unsafe strstr(text, word) != nil
    }
}
