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
}
