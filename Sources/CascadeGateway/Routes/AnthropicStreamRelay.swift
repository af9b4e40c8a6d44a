internal import Cascade
internal import CascadeFormats

/// A streamed answer as Anthropic's events.
final class AnthropicStreamRelay: ClientRelay {
    private enum Block: Equatable {
        case text, thinking
        /// The call of that number.
        case call(Int)
    }

    /// Blocks follow one another, where calls may come by turns: one whose predecessor is not whole yet waits for it.
    private struct Call {
        let id: String
        let name: String
        var balance = JSONBalance()
        /// Of its arguments, while it has no block.
        var held: [UInt8] = []
        var block: Int?
    }

    private let writer: AnthropicAnswerWriter
    var json = JSONBytes()
    private var usage: Usage?
    private var finish = FinishReason.stop
    private var isBegun = false
    private var open: Block?
    private var blockCount = 0
    private var calls: [Call] = []
    /// The first of the calls that have no block yet.
    private var nextCall = 0
    private var heldBytes = 0
    private let maxHeld: Int

    /// - Parameter maxHeld: Bytes of calls that may wait.
    init(writer: AnthropicAnswerWriter, maxHeld: Int = 16 << 20) {
        self.writer = writer
        self.maxHeld = maxHeld
    }

    var problem: ErrorAnswer? {
        guard heldBytes > maxHeld else { return nil }
        return ErrorAnswer(
            status: 502, type: .server, code: "answer_too_long",
            message: "more than 16 MiB of parallel tool calls came by turns, which this format cannot tell by turns")
    }

    /// The answer is whole.
    func end() {
        begin()
        while nextCall < calls.count { startCall() }
        close()
        writer.stopMessage(finish, usage, to: &json)
    }

    /// Only now, when the tokens that a provider counts before it answers are known.
    private func begin() {
        guard !isBegun else { return }
        isBegun = true
        writer.startMessage(usage, to: &json)
    }

    private func close() {
        guard open != nil else { return }
        open = nil
        writer.stopBlock(blockCount - 1, to: &json)
    }

    private func enter(_ block: Block, _ start: (Int) -> Void) {
        guard open != block else { return }
        begin()
        close()
        open = block
        start(blockCount)
        blockCount += 1
        if blockCount == 1 { writer.ping(&json) }
    }

    func text(_ utf8: Span<UInt8>) {
        enter(.text) { writer.startText(block: $0, to: &json) }
        writer.delta(.text, utf8, block: blockCount - 1, to: &json)
    }

    func reasoning(_ utf8: Span<UInt8>) {
        enter(.thinking) { writer.startThinking(block: $0, to: &json) }
        writer.delta(.thinking, utf8, block: blockCount - 1, to: &json)
    }

    func toolCallStarted(index: Int, id: String, name: String) {
        calls.append(Call(id: id, name: name))
        startCalls()
    }

    func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        guard calls.indices.contains(index) else { return }
        calls[index].balance.feed(utf8)
        if let block = calls[index].block {
            writer.delta(.arguments, utf8, block: block, to: &json)
        } else {
            calls[index].held.append(copying: utf8)
            heldBytes += utf8.count
        }
        if nextCall < calls.count { startCalls() }
    }

    /// Starts the calls that need not wait.
    private func startCalls() {
        while nextCall < calls.count {
            if case .call(let index) = open, !calls[index].balance.isComplete { return }
            startCall()
        }
    }

    private func startCall() {
        let index = nextCall
        nextCall += 1
        enter(.call(index)) { writer.startToolUse(block: $0, id: calls[index].id, name: calls[index].name, to: &json) }
        calls[index].block = blockCount - 1
        let held = calls[index].held
        guard !held.isEmpty else { return }
        calls[index].held = []
        heldBytes -= held.count
        writer.delta(.arguments, held.span, block: blockCount - 1, to: &json)
    }

    func usage(_ usage: Usage) {
        self.usage = usage
    }

    func finished(_ reason: FinishReason) {
        finish = reason
    }

    func identified(model: String?, id: String?) {}
}
