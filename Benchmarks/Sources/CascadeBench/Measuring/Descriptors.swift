internal import Glibc

/// The descriptors of this process.
enum Descriptors {
    /// Raises the limit as far as the system lets a process.
    static func allowMost() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Raises the limit, and sees to it that so many connections fit, with some for everything else.
    static func allow(connections: Int) throws {
        allowMost()
        var limit = rlimit()
        let needed = connections + 200
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < needed else {
            return
        }
        throw BenchError(
            "\(connections) connections need \(needed) descriptors and the hard limit is \(limit.rlim_cur): "
                + "raise it with `ulimit -Hn \(needed)` as root, for the double too, or ask for fewer")
    }

    /// How many are open now.
    static var count: Int { entries(of: "/proc/self/fd") - 1 }

    /// The process's threads, for which the system has a directory like that of its descriptors.
    static var threads: Int { entries(of: "/proc/self/task") }

    private static func entries(of path: String) -> Int {
        guard let directory = opendir(path) else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }
}
