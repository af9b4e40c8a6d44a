internal import ArgumentParser
internal import Cascade
internal import Foundation

/// What a question is made of besides its text.
struct RequestOptions: ParsableArguments {
    /// The most that is read for one request, be it a prompt or a line of a batch: several times what the largest
    /// context window holds. Larger images are named as files.
    static let maxInputBytes = 16 << 20

    @Option(name: [.short, .long], help: "A model or an alias; otherwise each provider's default.")
    var model: String?

    @Option(name: [.short, .long], help: "Instructions to the model.")
    var system: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("An image: a file, a URL or a data URI. Give it again for more.", valueName: "image"))
    var image: [String] = []

    @Option(help: "Sampling temperature, 0 to 2.")
    var temperature: Double?

    @Option(help: "The most tokens to generate.")
    var maxTokens: Int?

    @Option(help: ArgumentHelp("Give up after this time, over all providers.", valueName: "seconds"))
    var deadline: Double?

    @Option(help: ArgumentHelp("Only providers with this tag. Give it again for more.", valueName: "tag"))
    var tag: [String] = []

    func validate() throws {
        if let temperature, !(0...2).contains(temperature) {
            throw ValidationError("--temperature takes 0 to 2, not \(temperature).")
        }
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens takes 1 or more, not \(maxTokens).") }
        if let deadline, !(0.001...86_400).contains(deadline) {
            throw ValidationError("--deadline takes 0.001 to 86400 seconds, not \(deadline).")
        }
        if image.contains("") { throw ValidationError("--image takes a file, a URL or a data URI, not an empty text.") }
    }

    /// A question with its images and instructions.
    func request(_ prompt: String) throws(CommandFailure) -> ChatRequest {
        var parts: [ContentPart] = [.text(prompt)]
        for image in image { parts.append(.image(try Self.source(image))) }
        return request([.user(parts)])
    }

    /// A conversation with these instructions.
    func request(_ messages: [ChatMessage]) -> ChatRequest {
        var request = ChatRequest(messages: (system.map { [.system($0)] } ?? []) + messages, model: model)
        if let temperature { request.temperature = temperature }
        request.maxTokens = maxTokens
        request.deadline = deadline.map { .seconds($0) }
        request.tags = tag
        return request
    }

    /// Throws what `chat` would say of an image's file that is not there. What is in it is not looked at.
    func checkFiles() throws(CommandFailure) {
        for case .file(let path) in try image.map({ text throws(CommandFailure) in try Self.source(text) }) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: Self.resolved(path))
            guard let type = attributes?[.type] as? FileAttributeType,
                FileManager.default.isReadableFile(atPath: path)
            else { throw .usage("image \(path): no such file, or it cannot be read") }
            if type != .typeRegular { throw .usage("image \(path): is not a regular file") }
        }
    }

    /// The file that a link leads to.
    private static func resolved(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().path
    }

    /// An image as it is named on a command line or in a batch.
    static func source(_ text: String) throws(CommandFailure) -> ImageSource {
        if text.hasPrefix("data:") {
            guard let source = ImageSource(dataURI: text) else {
                throw .usage("an image's data URI must be in base64: data:image/png;base64,…")
            }
            return source
        }
        return text.hasPrefix("http://") || text.hasPrefix("https://") ? .url(text) : .file(path: text)
    }
}
