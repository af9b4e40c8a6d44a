internal import Cascade
internal import CascadeFormats

/// A streamed answer as Anthropic's events. What is decoded at once is one piece of bytes, sent together.
final class AnthropicStreamRelay: ClientRelay {
    private enum Block: Equatable {
        case text, thinking
        /// The call of that number.
        case call(Int)
    }

    private let writer: AnthropicAnswerWriter
    private var json = JSONBytes()
    private var usage: Usage?
    private var finish = FinishReason.stop
    private var isBegun = false
    private var open: Block?
    private var blockCount = 0
    /// The block of each call, in the calls' order.
    private var callBlocks: [Int] = []

    /// Enough for one piece: a longer one would be cut up by the connection's buffer anyway.
    private static let pieceBytes = 16 << 10

    init(writer: AnthropicAnswerWriter) {
        self.writer = writer
    }

    var wantsMore: Bool { json.bytes.count < Self.pieceBytes }

    /// What has been written since the last call.
    func take() -> [UInt8] {
        defer { json.removeAll() }
        return json.bytes
    }

    /// The answer is whole.
    func end() {
        begin()
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
        enter(.call(index)) { writer.startToolUse(block: $0, id: id, name: name, to: &json) }
        callBlocks.append(blockCount - 1)
    }

    func toolCallArguments(index: Int, _ utf8: Span<UInt8>) {
        guard callBlocks.indices.contains(index) else { return }
        writer.delta(.arguments, utf8, block: callBlocks[index], to: &json)
    }

    func usage(_ usage: Usage) {
        self.usage = usage
    }

    func finished(_ reason: FinishReason) {
        finish = reason
    }

    func identified(model: String?, id: String?) {}
}
