/// Where and with what was measured. What could not be found out is "unknown".
package struct Machine: Codable, Sendable {
    package var cpu: String
    package var cores: Int
    package var memory: String
    package var system: String
    package var kernel: String
    package var libcurl: String
    package var jemalloc: String
    package var swift: String
    package var commit: String

    package init(
        cpu: String, cores: Int, memory: String, system: String, kernel: String, libcurl: String, jemalloc: String,
        swift: String, commit: String
    ) {
        self.cpu = cpu
        self.cores = cores
        self.memory = memory
        self.system = system
        self.kernel = kernel
        self.libcurl = libcurl
        self.jemalloc = jemalloc
        self.swift = swift
        self.commit = commit
    }

    /// For people: what, and its value.
    package var facts: [(name: String, value: String)] {
        [
            ("Processor", "\(cpu), \(cores) cores"), ("Memory", memory), ("System", system), ("Kernel", kernel),
            ("libcurl", libcurl), ("jemalloc", jemalloc), ("Swift", swift), ("Commit", commit),
        ]
    }
}
