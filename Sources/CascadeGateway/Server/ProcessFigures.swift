internal import CascadeTransport

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What the system tells of this process.
struct ProcessFigures {
    var cpuSeconds: Double
    /// Seconds since 1970.
    var startedAt: Double
    var openDescriptors: Int?
    var maxDescriptors: Int

    static var current: ProcessFigures {
        ProcessFigures(
            cpuSeconds: cpuTime, startedAt: start, openDescriptors: descriptorCount,
            maxDescriptors: EventLoop.descriptorLimit)
    }

    /// The system tells it in ticks since the machine began.
    static let start: Double = {
        let now = Double(WallTime.now.nanoseconds) / 1e9
        guard let ticks = startTicks else { return now }
        var uptime = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &uptime)
        let since = Double(uptime.tv_sec) + Double(uptime.tv_nsec) / 1e9 - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
        return now - since
    }()

    /// The 22nd field of /proc/self/stat, see proc(5); the second is in brackets and may hold anything.
    private static var startTicks: Double? {
        let descriptor = unsafe open("/proc/self/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        let fields = text.drop { $0 != ")" }.split(separator: " ").dropFirst()
        return fields.dropFirst(19).first.flatMap { Double($0) }
    }

    private static var cpuTime: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var descriptorCount: Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        // Itself, its parent, and the descriptor that reads the folder.
        var count = -3
        while unsafe readdir(folder) != nil { count += 1 }
        unsafe closedir(folder)
        return max(count, 0)
    }
}
