internal import Cascade
internal import Foundation
internal import Synchronization

/// Asks a batch's requests, a bounded number at a time, and prints each result as it is there.
///
/// A line is read only when there is room for its request, so that the input may be larger than memory.
final class BatchRun: Sendable {
    private let router: CascadeRouter
    private let concurrency: Int
    private let input = StandardInput()
    private let inputSize = StandardInput.fileSize
    // Where results go to the same terminal, they show the progress themselves.
    private let progress = ProgressBar(isEnabled: Console.isErrorInteractive && !Console.isInteractive)
    private let state = Mutex(BatchTotals())

    init(router: CascadeRouter, concurrency: Int) {
        self.router = router
        self.concurrency = concurrency
    }

    var totals: BatchTotals { state.withLock { $0 } }

    func run() async throws {
        defer { progress.clear() }
        do {
            try await askAll()
        } catch is StandardInput.Unreadable {
            throw CommandFailure.usage("standard input cannot be read")
        }
    }

    private func askAll() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var active = 0
            var number = 0
            while true {
                if active == concurrency {
                    try await group.next()
                    active -= 1
                }
                guard let line = try await input.nextLine(limit: RequestOptions.maxInputBytes) else { break }
                number += 1
                if case .text(let text) = line, text.allSatisfy(\.isWhitespace) { continue }
                state.withLock { $0.read += 1 }
                active += 1
                group.addTask { [number] in try await self.answer(line, number: number) }
            }
            try await group.waitForAll()
        }
    }

    private func answer(_ line: StandardInput.Line, number: Int) async throws {
        let item: BatchItem
        do throws(BatchItem.Malformed) {
            item = try BatchItem(line)
        } catch {
            let failure = ResultJSON.failure(code: "invalid_line", message: "line \(number): \(error.reason)")
            try finish(id: error.id, number, failure) { $0.malformed += 1 }
            return
        }
        switch await router.outcome(of: item.request, isStreamed: item.isStreamed) {
        case .success(let response):
            var result = ResultJSON.answer(response)
            if !item.ignored.isEmpty { result.append(.ignored(item.ignored)) }
            try finish(id: item.id, number, result) { $0.answered += 1 }
        case .failure(let error) where error.code == .cancelled:
            throw CancellationError()
        case .failure(let error):
            try finish(id: item.id, number, ResultJSON.failure(error)) { $0.failed += 1 }
        }
    }

    /// Prints a result; results do not mix, since each is one write under the lock.
    private func finish(
        id: JSONValue?, _ number: Int, _ result: [JSONValue.Member], count: (inout BatchTotals) -> Void
    ) throws {
        let head = [JSONValue.Member](["id": id ?? .null, "line": .integer(number)])
        let line = "\(JSONValue.object(head + result))\n"
        let totals = try state.withLock { state in
            try Console.write(line)
            count(&state)
            return state
        }
        progress.draw(inputSize.map { Double(input.consumed) / Double(max($0, 1)) }, totals.text)
    }
}

extension JSONValue.Member {
    /// The keys of a line that mean nothing here.
    fileprivate static func ignored(_ keys: [String]) -> JSONValue.Member {
        JSONValue.Member(key: "ignored_fields", value: .array(keys.map { .string($0) }))
    }
}
