import Testing

@testable import Cascade

@Suite("What a request's content needs")
struct MediaNeedsTests {
    @Test(
        "a text that names an image file or carries an image needs vision",
        arguments: [
            ("see cat.png", true), ("CAT.JPEG", true), ("(cat.gif)", true), ("![x](a/b.webp)", true),
            ("\"c.bmp\"", true),
            ("photo (1).png.", true), ("größe.jpg?", true), ("data:image/png;base64,AA", true), ("cat.pngs", false),
            ("cat.png_old", false), (".png", false), ("a .jpg", false), ("jpg", false), ("data:text/plain,a", false),
            ("", false), ("x.jpg", true), ("1.5", false), ("cat.", false),
        ])
    func images(text: String, expected: Bool) {
        #expect(ContentNeeds(of: ChatRequest(text)).capabilities.contains(.vision) == expected)
    }

    @Test("only what the user says is searched; parts of any message count")
    func roles() {
        let said = ChatRequest(messages: [.system("use cat.png"), .assistant("cat.png"), .user("hi")])
        #expect(ContentNeeds(of: said).capabilities == .text)
        let heard = ChatRequest(messages: [.user([.audio(.base64("AA", format: "wav"))])])
        #expect(ContentNeeds(of: heard).capabilities == [.text, .audio])
    }

    @Test("tools need tools unless they may not be called, a schema needs JSON")
    func toolsAndJSON() {
        var request = ChatRequest("hi")
        request.tools = [Tool(name: "t", description: "", parameters: "{}")]
        #expect(ContentNeeds(of: request).capabilities == [.text, .tools])
        request.toolChoice = ToolChoice.none
        request.responseFormat = .json
        #expect(ContentNeeds(of: request).capabilities == [.text, .json])
    }
}
