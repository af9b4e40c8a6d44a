extension LoopbackProvider {
    /// The families of wire format that the provider speaks.
    public enum WireFormatName: String, Sendable, Hashable, CaseIterable {
        case openai
        case anthropic
        case ollama
        case gemini
    }

    /// A call of a tool that the answer makes after its text.
    public struct ToolCall: Sendable, Hashable {
        public var id: String
        public var name: String
        /// The arguments: a JSON object as text.
        public var arguments: String

        public init(id: String = "call_1", name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// Why the answer ends, if not for a tool call.
    public enum Finish: Sendable, Hashable {
        case stop
        case length
        case contentFilter
    }

    /// How requests are answered: the same request always gets the same bytes.
    ///
    /// The format of an answer follows from the path of its request, so that one provider serves all formats at once;
    /// ``format`` only decides ``LoopbackProvider/baseURL``.
    public struct Script: Sendable {
        public var format: WireFormatName = .openai
        /// The text of the answer; nil: one well-known word for each chunk.
        public var text: String?
        /// The number of events that the text comes in, when it is streamed.
        public var chunks: Int = 8
        /// The time before each chunk. Delays are kept to the millisecond, rounded up.
        public var chunkDelay: Duration = .zero
        /// The time before the head of the response.
        public var firstDelay: Duration = .zero
        /// Whether answers report usage. OpenAI's stream reports it only to a request with `include_usage`.
        public var usage: Bool = true
        /// Thoughts that come before the text, in one event.
        public var reasoning: String?
        /// The calls that the answer makes after its text, in one turn. With OpenAI's format their arguments come by turns.
        public var toolCalls: [ToolCall] = []
        public var finish: Finish = .stop
        /// What the lists of models contain.
        public var models: [String] = ["loopback-model"]
        /// Models that are answered with 404 until they are pulled.
        public var missingModels: Set<String> = []
        /// What goes wrong, in turn: the first request that is struck meets the first fault, the next one the second, and
        /// after the last one comes the first again. Counted since the script was set.
        public var faults: [Fault] = []
        /// A fault strikes each n-th chat request, counted since the script was set.
        public var faultEvery: Int = 1
        /// A fault strikes with this probability, drawn from a generator that starts at ``seed``.
        public var faultProbability: Double = 1
        public var seed: UInt64 = 1
        /// Whether faults also strike lists of models, versions, health checks and pulls.
        public var faultsProbes: Bool = false
        /// Answers chat requests, by their bodies, in place of all of the above; where it returns nil the above holds.
        /// Called on the provider's thread.
        public var respond: (@Sendable (_ body: [UInt8]) -> RawResponse?)?
        /// A request is answered as soon as its head is there, by ``respond`` with no body; what follows of the request is
        /// read and forgotten. The response has to end otherwise than by keeping the connection.
        public var answersEarly: Bool = false

        public init(
            format: WireFormatName = .openai, text: String? = nil, chunks: Int = 8, chunkDelay: Duration = .zero,
            fault: Fault? = nil
        ) {
            self.format = format
            self.text = text
            self.chunks = chunks
            self.chunkDelay = chunkDelay
            self.fault = fault
        }

        /// Answers every chat request with these bytes.
        public init(format: WireFormatName = .openai, raw response: RawResponse) {
            self.init(format: format)
            respond = { _ in response }
        }

        /// The one fault, or the first of ``faults``; setting it replaces them all.
        public var fault: Fault? {
            get { faults.first }
            set { faults = newValue.map { [$0] } ?? [] }
        }

        /// The one call, or the first of ``toolCalls``; setting it replaces them all.
        public var toolCall: ToolCall? {
            get { toolCalls.first }
            set { toolCalls = newValue.map { [$0] } ?? [] }
        }

        /// The text that a reader of the whole answer has.
        public var expectedText: String { pieces.joined() }

        /// The input tokens that every answer reports.
        public static let promptTokens = 9

        /// The output tokens that the answer reports: one for each piece of text.
        public var completionTokens: Int { pieces.count }
    }
}

extension LoopbackProvider.Script {
    /// The text in ``chunks`` pieces, fewer if it has fewer characters.
    var pieces: [String] {
        guard let text else { return (0..<max(chunks, 0)).map(Self.word) }
        guard chunks > 1 else { return text.isEmpty ? [] : [text] }
        let length = text.count
        let count = min(chunks, length)
        // Megabytes of plain text are cut by bytes: an array of their characters would take longer than the test has.
        if length == text.utf8.count {
            let start = text.utf8.startIndex
            return (0..<count).map { index in
                let from = text.utf8.index(start, offsetBy: index * length / count)
                return String(text[from..<text.utf8.index(start, offsetBy: (index + 1) * length / count)])
            }
        }
        let characters = Array(text)
        return (0..<count).map { index in
            String(characters[index * characters.count / count..<(index + 1) * characters.count / count])
        }
    }

    /// The word of a chunk; no two chunks have the same, so that a lost or a doubled one shows.
    private static func word(_ index: Int) -> String {
        let round = index / words.count
        return words[index % words.count] + (round == 0 ? " " : "\(round) ")
    }

    private static let words = [
        "Light", "from", "our", "sun", "is", "scattered", "by", "small", "molecules", "in", "the", "air", "and", "blue",
        "waves", "bend", "far", "more", "than", "red", "ones", "so", "that", "every", "part", "of", "a", "clear", "sky",
        "looks", "bright", "above",
    ]

    /// Whether the port itself is closed.
    var refusesConnections: Bool { faults == [.refuse] && faultEvery <= 1 && faultProbability >= 1 }
}
