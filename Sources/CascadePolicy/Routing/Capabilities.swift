/// What a model can do, or what a request needs.
public struct Capabilities: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let text = Capabilities(rawValue: 1 << 0)
    public static let vision = Capabilities(rawValue: 1 << 1)
    public static let audio = Capabilities(rawValue: 1 << 2)
    public static let tools = Capabilities(rawValue: 1 << 3)
    public static let json = Capabilities(rawValue: 1 << 4)
    public static let streaming = Capabilities(rawValue: 1 << 5)

    /// Images and sound together.
    public static let multimodal: Capabilities = [.vision, .audio]

    /// What a model is taken to do when its configuration does not say: all but seeing and hearing, since most models
    /// of today do those, and an image sent to a model that cannot see is silently ignored by some providers.
    public static let assumed: Capabilities = [.text, .tools, .json, .streaming]

    private static let named: [(name: String, value: Capabilities)] = [
        ("text", .text), ("vision", .vision), ("audio", .audio), ("tools", .tools), ("json", .json),
        ("streaming", .streaming),
    ]

    /// The capability of that name, in any case of letters; `multimodal` means vision and audio. Nil for other names.
    public init?(name: String) {
        let name = name.lowercased()
        if name == "multimodal" {
            self = .multimodal
        } else if let found = Self.named.first(where: { $0.name == name }) {
            self = found.value
        } else {
            return nil
        }
    }

    /// All capabilities named; nil when a name is unknown. Check names one by one to say which.
    public init?(names: some Sequence<String>) {
        var all: Capabilities = []
        for name in names {
            guard let one = Capabilities(name: name) else { return nil }
            all.formUnion(one)
        }
        self = all
    }

    /// The names, in the order text, vision, audio, tools, json, streaming.
    public var names: [String] {
        Self.named.filter { contains($0.value) }.map(\.name)
    }
}
