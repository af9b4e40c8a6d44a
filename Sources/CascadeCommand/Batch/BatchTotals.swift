/// What became of the lines of a batch.
struct BatchTotals: Sendable {
    var read = 0
    var answered = 0
    /// No provider answered, or an answer broke off.
    var failed = 0
    /// Lines that are no request.
    var malformed = 0

    var done: Int { answered + failed + malformed }

    var text: String {
        var parts = ["\(done) done", "\(answered) answered"]
        if failed > 0 { parts.append("\(failed) failed") }
        if malformed > 0 { parts.append("\(malformed) malformed") }
        return parts.joined(separator: ", ")
    }

    /// Throws what the exit status has to tell.
    func check() throws(CommandFailure) {
        if read == 0 { throw .usage("there is no request on standard input") }
        if malformed == read { throw .usage("no line on standard input is a request") }
        if answered < read { throw .unanswered(nil) }
    }
}
