internal import Cascade
internal import CascadeFormats

/// Errors as the predecessor told of them: `{"detail": …}`.
extension RouterAPI {
    func refuse(
        _ status: Int, _ detail: String, _ cascade: AnswerFields = AnswerFields(),
        fields: [(name: String, value: String)] = []
    ) {
        exchange.answerJSON(status: status, Self.detail(detail), cascade, fields: fields)
    }

    static func detail(_ detail: String) -> [UInt8] {
        ReportValue.object([("detail", .string(detail))]).bytes
    }

    /// A body that is no request: `{"detail": [{"loc": ["body", "messages", 0, "role"], "msg": …, "type": …}]}`.
    func refuse(_ error: ClientRequestError) {
        let place = [.string("body")] + (error.parameter.map(Self.path) ?? [])
        let problem = ReportValue.object([
            ("loc", .array(place)), ("msg", .string(error.message)), ("type", .string("value_error")),
        ])
        exchange.answerJSON(status: 422, ReportValue.object([("detail", .array([problem]))]).bytes)
    }

    /// `messages[0].role` as `messages`, 0 and `role`.
    private static func path(_ parameter: String) -> [ReportValue] {
        parameter.split { ".[]".contains($0) }.map { part in
            Int(part).map { .integer($0) } ?? .string(String(part))
        }
    }

    /// What is the request's own fault is a 400; all else, that nobody answered.
    func refuse(_ error: CascadeError) {
        let status =
            switch error.code {
            case .invalidRequest, .contextLengthExceeded, .contentFiltered: 400
            default: 503
            }
        let fields = ErrorAnswer(error).fields
        refuse(status, error.message, AnswerFields(error), fields: status == 503 ? fields : [])
    }
}
