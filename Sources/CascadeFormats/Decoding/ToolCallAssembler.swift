/// Makes one orderly sequence of tool calls of what providers send: calls numbered from 0, each with an id and a name,
/// each started before its arguments.
///
/// Seen in the wild and put right here: the same index for every call, no index, no id or a late one, the name in every
/// piece or after the first one, arguments as an object, as null or not at all.
struct ToolCallAssembler {
    /// What one piece of a call says.
    struct Piece {
        /// The provider's number of the call.
        var index: Int?
        var id: String?
        var name: String?
        /// Whether any arguments come with it.
        var hasArguments = false
        /// The piece is a whole call, whatever came before.
        var isWhole = false
    }

    private struct Call {
        var index: Int?
        var id: String?
        var name: String?
        var isStarted = false
        var balance = JSONBalance()
        var held: UInt16 = 0
        /// Arguments that came before the name did.
        var waiting: [UInt8] = []
    }

    private var calls: [Call] = []

    var isEmpty: Bool { calls.isEmpty }
    /// A call has begun arguments that are not complete.
    var hasOpenCall: Bool { calls.contains { $0.balance.isStarted && !$0.balance.isComplete } }
    /// A call never got a name.
    var hasNamelessCall: Bool { calls.contains { !$0.isStarted } }

    /// Finds or opens the call a piece belongs to and returns its number.
    mutating func open(_ piece: Piece, into sink: inout some ChatEventSink) -> Int {
        let number = existing(for: piece) ?? append(index: piece.index)
        if calls[number].id == nil, !calls[number].isStarted { calls[number].id = piece.id }
        if calls[number].name == nil { calls[number].name = piece.name }
        start(number, into: &sink)
        return number
    }

    private mutating func append(index: Int?) -> Int {
        calls.append(Call(index: index))
        return calls.count - 1
    }

    private func existing(for piece: Piece) -> Int? {
        guard !piece.isWhole else { return nil }
        let number = piece.index.map { index in calls.lastIndex { $0.index == index } } ?? calls.indices.last
        guard let number, !isNew(piece, after: calls[number]) else { return nil }
        return number
    }

    /// Whether a piece at a call's place begins another call.
    private func isNew(_ piece: Piece, after call: Call) -> Bool {
        if let id = piece.id, let known = call.id, id != known {
            // Some servers make up an id for every piece; a call of its own has a name or follows a complete one.
            return piece.name != nil || call.balance.isComplete
        }
        if piece.id != nil, piece.id == call.id { return false }
        if piece.index == nil, piece.id != nil { return true }
        guard let name = piece.name, call.balance.isComplete else { return false }
        return name != call.name || piece.hasArguments || piece.id != nil
    }

    private mutating func start(_ number: Int, into sink: inout some ChatEventSink) {
        guard !calls[number].isStarted, let name = calls[number].name else { return }
        calls[number].isStarted = true
        sink.toolCallStarted(index: number, id: calls[number].id ?? "call_\(number)", name: name)
        let waiting = calls[number].waiting
        calls[number].waiting = []
        if !waiting.isEmpty { sink.toolCallArguments(index: number, waiting.span) }
    }

    /// Passes on arguments that came as a string, or as an object or array that is taken as its text.
    mutating func arguments(
        _ hit: JSONHit, of number: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        if hit.isText {
            var held = calls[number].held
            parser.withText(hit, held: &held) { pass($0, of: number, into: &sink) }
            calls[number].held = held
        } else if hit.isObject || hit.isArray {
            parser.withBytes(hit) { pass($0, of: number, into: &sink) }
        }
    }

    private mutating func pass(_ piece: Span<UInt8>, of number: Int, into sink: inout some ChatEventSink) {
        calls[number].balance.feed(piece)
        if calls[number].isStarted {
            sink.toolCallArguments(index: number, piece)
        } else {
            calls[number].waiting.append(copying: piece)
        }
    }

    /// No more arguments come for the call. No arguments at all mean the empty object.
    mutating func close(_ number: Int, into sink: inout some ChatEventSink) {
        if calls[number].held != 0 {
            calls[number].held = 0
            let replacement = AnswerBuilder.replacement
            pass(replacement.span, of: number, into: &sink)
        }
        guard !calls[number].balance.isStarted else { return }
        let emptyObject = Self.emptyObject
        pass(emptyObject.span, of: number, into: &sink)
    }

    mutating func closeAll(into sink: inout some ChatEventSink) {
        for number in calls.indices {
            close(number, into: &sink)
        }
    }

    private static let emptyObject = Array("{}".utf8)
}
