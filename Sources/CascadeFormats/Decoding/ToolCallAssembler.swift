/// Makes one orderly sequence of tool calls of what providers send: calls numbered from 0 in the order in which they are
/// announced, each with an id and a name, each started before its arguments.
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
        /// What the sink knows the call by; `nil` until it has a name and is announced.
        var number: Int?
        var balance = JSONBalance()
        var held: UInt16 = 0
        /// Arguments that came before the name did.
        var waiting: [UInt8] = []
    }

    /// In the order in which they appeared. A place here is not a call's number: names come in any order.
    private var calls: [Call] = []
    private var announced = 0

    var isEmpty: Bool { calls.isEmpty }
    /// A call has begun arguments that are not complete.
    var hasOpenCall: Bool { calls.contains { $0.balance.isStarted && !$0.balance.isComplete } }
    /// A call never got a name.
    var hasNamelessCall: Bool { calls.contains { $0.number == nil } }

    /// Finds or opens the call a piece belongs to and returns its place.
    mutating func open(_ piece: Piece, into sink: inout some ChatEventSink) -> Int {
        let place = existing(for: piece) ?? append(index: piece.index)
        if calls[place].id == nil, calls[place].number == nil { calls[place].id = piece.id }
        if calls[place].name == nil { calls[place].name = piece.name }
        announce(place, to: &sink)
        return place
    }

    private mutating func append(index: Int?) -> Int {
        calls.append(Call(index: index))
        return calls.count - 1
    }

    private func existing(for piece: Piece) -> Int? {
        guard !piece.isWhole else { return nil }
        let place = piece.index.map { index in calls.lastIndex { $0.index == index } } ?? calls.indices.last
        guard let place, !isNew(piece, after: calls[place]) else { return nil }
        return place
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
        // A name alone is the one that a call still lacks.
        if call.name == nil { return piece.hasArguments }
        return name != call.name || piece.hasArguments || piece.id != nil
    }

    private mutating func announce(_ place: Int, to sink: inout some ChatEventSink) {
        guard calls[place].number == nil, let name = calls[place].name else { return }
        let number = announced
        announced += 1
        calls[place].number = number
        sink.toolCallStarted(index: number, id: calls[place].id ?? "call_\(number)", name: name)
        let waiting = calls[place].waiting
        calls[place].waiting = []
        if !waiting.isEmpty { sink.toolCallArguments(index: number, waiting.span) }
    }

    /// Passes on arguments that came as a string, or as an object or array that is taken as its text.
    mutating func arguments(
        _ hit: JSONHit, at place: Int, parser: JSONParser, into sink: inout some ChatEventSink
    ) {
        if hit.isText {
            var held = calls[place].held
            parser.withText(hit, held: &held) { pass($0, at: place, into: &sink) }
            calls[place].held = held
        } else if hit.isObject || hit.isArray {
            parser.withBytes(hit) { pass($0, at: place, into: &sink) }
        }
    }

    private mutating func pass(_ piece: Span<UInt8>, at place: Int, into sink: inout some ChatEventSink) {
        calls[place].balance.feed(piece)
        if let number = calls[place].number {
            sink.toolCallArguments(index: number, piece)
        } else {
            calls[place].waiting.append(copying: piece)
        }
    }

    /// No more arguments come for the call. No arguments at all mean the empty object.
    mutating func close(_ place: Int, into sink: inout some ChatEventSink) {
        if calls[place].held != 0 {
            calls[place].held = 0
            let replacement = AnswerBuilder.replacement
            pass(replacement.span, at: place, into: &sink)
        }
        guard !calls[place].balance.isStarted else { return }
        let emptyObject = Self.emptyObject
        pass(emptyObject.span, at: place, into: &sink)
    }

    mutating func closeAll(into sink: inout some ChatEventSink) {
        for place in calls.indices {
            close(place, into: &sink)
        }
    }

    private static let emptyObject = Array("{}".utf8)
}
