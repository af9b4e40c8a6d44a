/// One turn of a conversation.
public struct ChatMessage: Sendable, Hashable {
    /// Who speaks.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        case system
        /// Instructions of the developer; formats without this role treat it as ``system``.
        case developer
        case user
        case assistant
        /// The result of a tool call; see ``ChatMessage/toolCallID``.
        case tool
    }

    public var role: Role
    /// What is said, in order. Empty for an assistant turn that only calls tools.
    public var content: [ContentPart]
    /// The speaker's name, where the format has one.
    public var name: String?
    /// The calls an assistant turn made.
    public var toolCalls: [ToolCall]
    /// For a ``Role/tool`` turn: the ``ToolCall/id`` this is the result of.
    public var toolCallID: String?
    /// For a ``Role/tool`` turn: whether the tool failed.
    public var isToolError: Bool
    /// Reasoning text of an assistant turn; sent back only where the provider's format requires it.
    public var reasoning: String?

    public init(
        role: Role,
        content: [ContentPart],
        name: String? = nil,
        toolCalls: [ToolCall] = [],
        toolCallID: String? = nil,
        isToolError: Bool = false,
        reasoning: String? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.isToolError = isToolError
        self.reasoning = reasoning
    }

    /// Instructions to the model.
    public static func system(_ text: String) -> ChatMessage {
        ChatMessage(role: .system, content: [.text(text)])
    }

    /// A user's text.
    public static func user(_ text: String) -> ChatMessage {
        ChatMessage(role: .user, content: [.text(text)])
    }

    /// A user's text, images and audio, in order.
    public static func user(_ parts: [ContentPart]) -> ChatMessage {
        ChatMessage(role: .user, content: parts)
    }

    /// What the model said, and the tools it called, in an earlier turn.
    public static func assistant(_ text: String, toolCalls: [ToolCall] = []) -> ChatMessage {
        ChatMessage(role: .assistant, content: text.isEmpty ? [] : [.text(text)], toolCalls: toolCalls)
    }

    /// A tool's result, for the call `id`.
    public static func tool(id: String, content: String, isError: Bool = false) -> ChatMessage {
        ChatMessage(role: .tool, content: [.text(content)], toolCallID: id, isToolError: isError)
    }
}

/// One piece of a message.
public enum ContentPart: Sendable, Hashable {
    case text(String)
    case image(ImageSource, detail: ImageDetail? = nil)
    case audio(AudioSource)
}

/// Where an image's bytes come from.
public enum ImageSource: Sendable, Hashable {
    /// Base64 text with its media type, for example `image/png`. A `data:` URI becomes this; see ``init(dataURI:)``.
    case base64(String, mediaType: String)
    /// A file on this machine; the router reads it before the request is encoded.
    case file(path: String)
    /// An address the provider fetches. Formats that take no addresses refuse or report it.
    case url(String)

    /// Splits `data:image/png;base64,…`; `nil` when `uri` is not a base64 data URI.
    public init?(dataURI uri: String) {
        guard uri.hasPrefix("data:"), let comma = uri.firstIndex(of: ",") else { return nil }
        let header = uri[uri.index(uri.startIndex, offsetBy: 5)..<comma]
        guard header.hasSuffix(";base64") else { return nil }
        let mediaType = header.prefix { $0 != ";" }
        self = .base64(String(uri[uri.index(after: comma)...]), mediaType: String(mediaType))
    }
}

/// How closely a model looks at an image, where the format can say so.
public enum ImageDetail: String, Sendable, Hashable {
    case auto
    case low
    case high
}

/// Where audio comes from.
public enum AudioSource: Sendable, Hashable {
    /// Base64 text with its container, for example `wav` or `mp3`.
    case base64(String, format: String)
    /// A file on this machine; the router reads it before the request is encoded.
    case file(path: String)
}
