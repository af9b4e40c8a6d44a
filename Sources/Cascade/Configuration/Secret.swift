/// A value that must not be shown: an API key or the value of a header field.
///
/// Every way of turning it into text (`print`, interpolation, `dump`, `Mirror`, a debugger's summary) gives
/// `<redacted>`, also when it is a member of something else. The value comes out through ``reveal()`` alone, so that a
/// search for that name finds every place where it does.
public struct Secret: Sendable, Hashable {
    private let value: String

    public init(_ value: String) {
        self.value = value
    }

    /// The value itself, to be put into a request and nowhere else.
    public func reveal() -> String {
        value
    }
}

extension Secret: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
