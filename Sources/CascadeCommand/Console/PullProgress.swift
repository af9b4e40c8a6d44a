internal import Cascade

/// Shows a model that an Ollama provider fetches, for as long as that takes. Only on a terminal.
struct PullProgress: Sendable {
    private let bar = ProgressBar()

    /// Called on a thread of the router's.
    func show(_ progress: ModelPullProgress) {
        guard !progress.isFinished else {
            bar.clear()
            return
        }
        var fraction: Double?
        var text = "\(progress.provider): \(progress.model): \(progress.status)"
        if let total = progress.total, total > 0, let completed = progress.completed {
            fraction = Double(completed) / Double(total)
            text += ", \(Units.text(bytes: completed)) of \(Units.text(bytes: total))"
        }
        bar.draw(fraction, text)
    }
}
