internal import Cascade
internal import Foundation

/// One request of a batch.
struct BatchItem {
    /// Why a line is no request.
    struct Malformed: Error {
        /// The line's id, if as much could be read.
        var id: JSONValue?
        var reason: String
    }

    /// As the line has it.
    let id: JSONValue?
    let request: ChatRequest
    let isStreamed: Bool
    /// Keys of the line that mean nothing here.
    let ignored: [String]

    init(_ line: StandardInput.Line) throws(Malformed) {
        switch line {
        case .text(let text): try self.init(text)
        case .notUTF8: throw Malformed(id: nil, reason: "not UTF-8 text")
        case .tooLong:
            throw Malformed(id: nil, reason: "longer than \(Units.text(bytes: RequestOptions.maxInputBytes))")
        }
    }

    init(_ text: String) throws(Malformed) {
        let data = Data(text.utf8)
        let decoder = JSONDecoder()
        let keys = try? decoder.decode(BatchKeys.self, from: data)
        id = keys.flatMap { _ in BatchID.text(in: text) }.map { .verbatim($0) }
        do {
            let fields = try decoder.decode(BatchFields.self, from: data)
            request = try fields.request()
            isStreamed = fields.stream ?? false
            ignored = keys?.unknown ?? []
        } catch let error as DecodingError {
            throw Malformed(id: id, reason: Self.reason(error))
        } catch let error as CommandFailure {
            throw Malformed(id: id, reason: error.message ?? "not a request")
        } catch {
            throw Malformed(id: id, reason: "not a request")
        }
    }

    /// Names the place, never the value: that may be long, or a secret.
    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): "\(place(context.codingPath)) is null"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty: "expected a JSON object"
        case .typeMismatch(_, let context): "\(place(context.codingPath)) has the wrong type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "not JSON"
        case .dataCorrupted(let context): "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "not a request"
        }
    }

    /// `messages[0].content`.
    private static func place(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
    }
}

/// The keys of a line that ``BatchFields`` does not know.
private struct BatchKeys: Decodable {
    var unknown: [String]

    init(from decoder: any Decoder) throws {
        let known = Set(BatchFields.CodingKeys.allCases.map(\.rawValue) + ["id"])
        unknown = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
            .filter { !known.contains($0) }.sorted()
    }
}
