package enum EngineName: String, CaseIterable, Codable, Sendable {
    /// This project's router.
    case cascade
    /// Its predecessor's way.
    case baseline
    /// AsyncHTTPClient, pooled and streaming, with a JSON decoder for each event.
    case ahc
    /// A bare C loop over libcurl: the floor.
    case curl

    /// As a reader of the report knows it.
    package var title: String {
        switch self {
        case .cascade: "this router"
        case .baseline: "its predecessor's way"
        case .ahc: "AsyncHTTPClient"
        case .curl: "a bare C loop over libcurl"
        }
    }
}
