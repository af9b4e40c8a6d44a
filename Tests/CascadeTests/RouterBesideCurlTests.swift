import CCurlHost
import Cascade
import CascadeTesting
import Testing

@Suite("A program that uses libcurl itself")
struct RouterBesideCurlTests {
    /// Whether the program's own request is answered; the provider's list of models is as good as any other page.
    private func get(_ host: OpaquePointer, from provider: LoopbackProvider) -> Bool {
        var body = [CChar](repeating: 0, count: 4_096)
        var length = 0
        let status = casc_host_get(host, "http://127.0.0.1:\(provider.port)/v1/models", &body, body.count, &length)
        let text = String(decoding: body.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return status == 200 && text.contains("loopback-model")
    }

    @Test("neither disturbs the other, whichever begins and whichever ends first", arguments: [true, false])
    func both(hostEndsFirst: Bool) async throws {
        let host = try #require(casc_host_create())
        let fixture = try RouterFixture(Script(text: "one"), Script(text: "two"))
        let page = try LoopbackProvider()
        #expect(get(host, from: page))
        let stream = try await fixture.router.stream(ChatRequest("hi"))
        #expect(get(host, from: page))
        #expect(try await stream.collect().content == "one")
        if hostEndsFirst {
            casc_host_destroy(host)
            #expect(try await fixture.router.complete(ChatRequest("hi")).content == "one")
            await fixture.router.shutdown()
        } else {
            await fixture.router.shutdown()
            #expect(get(host, from: page))
            casc_host_destroy(host)
        }
        // What the library's global state is good for is still there for whoever comes next.
        let next = try RouterFixture(Script(text: "next"))
        #expect(try await next.router.complete(ChatRequest("hi")).content == "next")
    }
}
