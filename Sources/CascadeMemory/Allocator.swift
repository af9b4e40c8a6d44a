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

    /// Has unused pages given back to the system within `time`, whether or not the program allocates meanwhile.
    ///
    /// By itself jemalloc keeps what was freed for some ten seconds, and looks after it only while the program goes on
    /// to allocate: a service that falls idle after a peak may hold the peak's memory for as long as it is idle. This
    /// shortens the time and starts jemalloc's background threads, which sleep while there is nothing to give back.
    /// Once is enough, at the start of the process. What gives back sooner already is left as it is, so that
    /// `MALLOC_CONF` can set a shorter time.
    ///
    /// - Parameter time: In milliseconds at the finest. Memory that is used again within it costs no page fault; with
    ///   zero, each use of pages that were free does.
    /// - Returns: whether it was done; `false` also where jemalloc was built without background threads, which then
    ///   gives back within the time only while the program allocates.
    @discardableResult
    public static func returnMemory(within time: Duration) -> Bool {
        guard isJemalloc else { return false }
        let milliseconds = Int(clamping: time.milliseconds)
        for kind in ["dirty", "muzzy"] {
            // Those of arenas to come, then those that are there.
            MallocControl.lower("arenas.\(kind)_decay_ms", to: milliseconds)
            for arena in 0..<(MallocControl.value(of: "arenas.narenas", as: UInt32.self) ?? 0) {
                MallocControl.lower("arena.\(arena).\(kind)_decay_ms", to: milliseconds)
            }
        }
        return MallocControl.set("background_thread", to: true)
    }
}

extension Duration {
    /// Rounded up, and none below zero.
    var milliseconds: Int64 {
        guard self > .zero else { return 0 }
        // A thousand years are as good as any longer time, and can be counted.
        let (seconds, attoseconds) = min(self, .seconds(31_557_600_000)).components
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
