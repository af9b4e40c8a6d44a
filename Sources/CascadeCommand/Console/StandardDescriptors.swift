internal import Foundation
internal import Synchronization

/// Standard descriptors that whoever started the process had closed.
enum StandardDescriptors {
    private static let placeholders = Mutex<[FileHandle]>([])

    /// Takes the place of the closed ones, so that no socket gets their numbers and with them what is printed. What
    /// takes it can only be read and is empty: printing fails as it would have.
    static func reserve() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The system gives the lowest free number, which is this one: those below are taken.
            guard let placeholder = FileHandle(forReadingAtPath: "/dev/null") else { return }
            placeholders.withLock { $0.append(placeholder) }
        }
    }
}
