internal import Cascade

/// What the process's exit tells.
enum ExitStatus {
    static let answered: Int32 = 0
    /// No provider answered, or the answer broke off.
    static let unanswered: Int32 = 1
    /// Wrong usage or configuration.
    static let usage: Int32 = 2
    /// Ended by Ctrl-C.
    static let interrupted: Int32 = 130
}

/// The end of a command that did not do what it was asked to.
struct CommandFailure: Error {
    var status: Int32
    /// For a person, on stderr; `nil` when it has been said already.
    var message: String?

    static func usage(_ message: String) -> CommandFailure {
        CommandFailure(status: ExitStatus.usage, message: message)
    }

    static func unanswered(_ message: String?) -> CommandFailure {
        CommandFailure(status: ExitStatus.unanswered, message: message)
    }
}

extension CommandFailure {
    /// - Parameter areAttemptsTold: Failed attempts have been told as they happened.
    init(_ error: CascadeError, areAttemptsTold: Bool = false) {
        let isOwnWish = error.code == .cancelled
        self.init(
            status: error.exitStatus,
            message: isOwnWish ? nil : ErrorText.text(error, areAttemptsTold: areAttemptsTold))
    }
}

extension CascadeError {
    var exitStatus: Int32 {
        switch code {
        case .cancelled: ExitStatus.interrupted
        // What no provider has seen was wrong from the start.
        case .invalidRequest where attempts.isEmpty: ExitStatus.usage
        default: ExitStatus.unanswered
        }
    }
}
