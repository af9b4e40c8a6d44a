import Testing

@testable import CascadeMemory

@Suite
struct ProcessMemoryTests {
    @Test func `the process has memory, and had no less at its peak`() throws {
        let now = try #require(ProcessMemory.current)
        #expect(now.resident > 1 << 20)
        #expect(now.peakResident >= now.resident)
    }

    @Test func `a status file is read in KiB`() {
        let text = "Name:\tVmRSS\nVmPeak:\t    9000 kB\nVmHWM:\t     700 kB\nVmRSS:\t     500 kB\nThreads:\t3\n"
        let memory = ProcessMemory(status: Array(text.utf8))
        #expect(memory?.resident == 500 << 10)
        #expect(memory?.peakResident == 700 << 10)
    }

    @Test(arguments: [
        "", "Name:\tx\n", "VmRSS:\t12 kB\n", "VmHWM:\tmuch kB\nVmRSS:\t1 kB\n", "VmHWM:\t1 MB\nVmRSS:\t1 kB\n",
    ])
    func `a file without both figures has none`(text: String) {
        #expect(ProcessMemory(status: Array(text.utf8)) == nil)
    }
}
