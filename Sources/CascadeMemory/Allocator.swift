/// The allocator behind this process's `malloc`.
public enum Allocator {
    /// Whether it is jemalloc. If not, there are no figures: every other member answers `nil` or `false`.
    public static var isJemalloc: Bool { MallocControl.servesMalloc }

    /// jemalloc's version, for example `5.3.0`, without the hash of its commit.
    public static var version: String? {
        guard isJemalloc else { return nil }
        return MallocControl.text(of: "version").map { String($0.prefix { $0 != "-" }) }
    }

    /// Gives unused pages of all arenas back to the system, and this thread's cache first.
    ///
    /// For measurements that want to see what is really needed, and for a service after an unusual peak. Takes up to
    /// some milliseconds. Other threads keep their caches.
    ///
    /// - Returns: whether it was done.
    @discardableResult
    public static func purge() -> Bool {
        guard isJemalloc else { return false }
        // There is no cache to flush when thread caches are off.
        _ = MallocControl.perform("thread.tcache.flush")
        // The index that stands for all arenas, MALLCTL_ARENAS_ALL.
        return MallocControl.perform("arena.4096.purge")
    }
}
