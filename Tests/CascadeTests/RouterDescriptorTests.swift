import Cascade
import CascadeTesting
import Testing

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

@Suite("A router without descriptors to spare")
struct RouterDescriptorTests {
    @Test("L27 F-42: fails with a local error that names the limit, blames no provider, and recovers")
    func recovers() async {
        // In a process of its own, whose limit is nobody else's.
        await #expect(processExitsWith: .success) {
            let fixture = try RouterFixture(Script(text: "first"), Script(text: "second")) {
                $0.cascade.circuitBreaker.failureThreshold = 1
            }
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = 64
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var hoard: [Int32] = []
            while case let descriptor = dup(1), descriptor >= 0 { hoard.append(descriptor) }
            let error = await failure { try await fixture.router.complete(ChatRequest("hi")) }
            for descriptor in hoard { close(descriptor) }

            let attempt = try #require(error?.attempts.first)
            #expect(attempt.failureClass == .local)
            #expect(try #require(error?.message).contains("ulimit -n"))
            #expect(fixture.router.status["p0"].circuitState == .closed)
            #expect(fixture.router.status["p1"].circuitState == .closed)
            #expect(fixture[0].counters.requests == 0 && fixture[1].counters.requests == 0)
            #expect(try await fixture.router.complete(ChatRequest("hi")).content == "first")
        }
    }
}
