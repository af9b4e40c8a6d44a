internal import Glibc

/// A process without input, whose output nobody reads. By the system's own call, since `Process` takes its time.
struct SpawnedCommand {
    private let process: pid_t

    init(_ path: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)

        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process: pid_t = 0
        let status = posix_spawn(&process, path, &actions, nil, words, environ)
        guard status == 0 else {
            throw BenchError("\(path) cannot be started, errno \(status): give --command the path of `cascade`")
        }
        self.process = process
    }

    /// Waits for its end.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    func kill() {
        _ = Glibc.kill(process, SIGKILL)
        _ = wait()
    }
}
