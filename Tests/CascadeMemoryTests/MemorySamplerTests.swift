import CascadeMemory
import Testing

@Suite
struct MemorySamplerTests {
    @Test func `a peak outlives its cause`() throws {
        let sampler = MemorySampler()
        let size = 32 << 20
        do {
            let block = [UInt8](repeating: 1, count: size)
            withExtendedLifetime(block) { _ = sampler.sample() }
        }
        Allocator.purge()
        sampler.sample()
        let peaks = sampler.peaks
        #expect(peaks.samples == 2)
        #expect(peaks.allocated >= size)
        #expect(peaks.active >= size)
        #expect(peaks.resident >= size)
        #expect(peaks.processResident >= size / 2)
    }

    @Test func `a reset forgets`() {
        let sampler = MemorySampler()
        sampler.sample()
        sampler.reset()
        #expect(sampler.peaks.samples == 0)
        #expect(sampler.peaks.allocated == 0)
    }

    @Test func `it samples until its task is cancelled, and once more`() async {
        let sampler = MemorySampler()
        let task = Task { await sampler.run(every: .microseconds(100), clock: .continuous) }
        while sampler.peaks.samples < 3 { await Task.yield() }
        task.cancel()
        await task.value
        let count = sampler.peaks.samples
        #expect(count >= 4)
        #expect(sampler.peaks.allocated > 0)
    }
}
