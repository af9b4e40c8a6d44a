/// The capabilities that a request's content needs of a model.
struct ContentNeeds: Sendable, Hashable {
    var capabilities: Capabilities

    /// Looks for images (parts, `data:image/…` URIs and image file names in the text), audio, tools and JSON.
    init(of request: borrowing ChatRequest) {
        var needs: Capabilities = .text
        for message in request.messages {
            for part in message.content {
                switch part {
                case .image: needs.insert(.vision)
                case .audio: needs.insert(.audio)
                case .text(let text) where message.role == .user && !needs.contains(.vision):
                    if Self.mentionsImage(text) { needs.insert(.vision) }
                case .text: break
                }
            }
        }
        if !request.tools.isEmpty, request.toolChoice != ToolChoice.none { needs.insert(.tools) }
        if request.responseFormat != .text { needs.insert(.json) }
        capabilities = needs
    }

    private static let imageMarker = Array("data:image/".utf8)
    private static let extensions = ["jpg", "jpeg", "png", "gif", "webp", "bmp"].map { Array($0.utf8) }

    /// One pass over the text's bytes, without a copy: a text of 20 MB is looked through in some milliseconds.
    static func mentionsImage(_ text: String) -> Bool {
        mentionsImage(in: text.utf8.span)
    }

    private static func mentionsImage(in bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "d") where matches(imageMarker, at: index, in: bytes): return true
            case UInt8(ascii: ".") where index > 0 && isNameEnd(bytes[index - 1]):
                if endsInImageExtension(after: index, in: bytes) { return true }
            default: continue
            }
        }
        return false
    }

    private static func endsInImageExtension(after dot: Int, in bytes: Span<UInt8>) -> Bool {
        extensions.contains { name in
            let end = dot + 1 + name.count
            guard matches(name, at: dot + 1, in: bytes) else { return false }
            return end == bytes.count || !isNameCharacter(bytes[end])
        }
    }

    private static func matches(_ name: [UInt8], at start: Int, in bytes: Span<UInt8>) -> Bool {
        guard start + name.count <= bytes.count else { return false }
        // Letters without case: bit 5 tells them apart in ASCII, and the names hold letters and marks only.
        return name.indices.allSatisfy { name[$0] == bytes[start + $0] || name[$0] == bytes[start + $0] | 0x20 }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }

    /// Before the extension a bracket may close too, as in `photo (1).png`; after it, it ends the name.
    private static func isNameEnd(_ byte: UInt8) -> Bool {
        isNameCharacter(byte) || byte == UInt8(ascii: ")")
    }
}
