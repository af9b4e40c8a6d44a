/// What a record of an answer is to whoever passes records on as they came, beside what it says.
public enum RecordContent: Sendable, Hashable {
    /// To be left out: a marker of the end that is not part of the answer, or what no reader could read.
    case nothing
    /// An event of a stream.
    case piece
    /// An event that tells the tokens used and nothing else.
    case usage
    /// A whole answer.
    case body
}
