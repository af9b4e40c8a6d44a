import Testing

@testable import CascadeFormats

@Suite("Encoding: images and audio")
struct EncodingBase64Tests {
    @Test(
        "what is not base64 is refused, and where it stands is told",
        arguments: [
            "!!!!", "", "=", "====", "aGk", "aGk=a", "aGk==", "aGkx=", "a===", "a", "aGk= ", "aG k", "aGk\0", "aé==",
            "aGk,",
            "aGk-", "aGk_", "aG=k", "\n", "aGk=\n=", "[aGk", "@aGk", "`aGk", "{aGk", ":aGk",
        ])
    func refused(data: String) {
        let image = ContentPart.image(.base64(data, mediaType: "image/png"))
        for part in [image, .audio(.base64(data, format: "wav"))] {
            for type in ProviderType.allCases {
                let request = ChatRequest(messages: [.user("a"), .user([.text("b"), part])])
                let error = encodingError(of: request, type)
                #expect(error?.code == .invalidRequest && error?.field == "messages[1].content[1]")
            }
        }
    }

    @Test(
        "base64 is taken as it is",
        arguments: ["aGk=", "YQ==", "AZaz", "09+/", "aGkx\naGkx\r\naGk=\r\n", "YQ=\n=", "AAAA\nAA\nAA"])
    func taken(data: String) {
        #expect(Base64Text.isValid(data))
    }

    @Test("base64 of any length is looked at to its end")
    func long() {
        for count in [236, 240, 244, 476, 480, 484, 4_096] {
            let digits = String(repeating: "AAA\n", count: count / 3) + "A" + String(repeating: "A", count: count % 3)
            let whole = digits + String(repeating: "A", count: (4 - digits.count { $0 == "A" } % 4) % 4)
            #expect(Base64Text.isValid(whole))
            #expect(!Base64Text.isValid(whole + "A"))
            for place in [0, 100, whole.utf8.count - 1] {
                var bytes = Array(whole.utf8)
                bytes[place] = UInt8(ascii: "-")
                #expect(!Base64Text.isValid(String(decoding: bytes, as: UTF8.self)))
            }
        }
    }
}
