internal import CascadeMemory
internal import Foundation

/// What the process holds at one moment, the providers included, which run in it too.
struct SoakSample: Sendable {
    var second: Int
    var allocated: Int
    var resident: Int
    var descriptors: Int
    var threads: Int

    init(second: Int, purging: Bool = false) {
        if purging { Allocator.purge() }
        let memory = MemoryStatistics.current
        self.second = second
        allocated = memory?.allocated ?? 0
        resident = memory?.resident ?? 0
        descriptors = Self.entries(of: "/proc/self/fd")
        threads = Self.entries(of: "/proc/self/task")
    }

    private static func entries(of folder: String) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
    }
}
