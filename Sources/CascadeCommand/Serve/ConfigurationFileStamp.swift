internal import Foundation

/// Tells one state of a file from another without reading it.
///
/// Links are followed: an editor puts a new file in the place of the old one, and Kubernetes turns a link to a folder of
/// new files.
struct ConfigurationFileStamp: Equatable {
    private let attributes: [AnyHashable?]

    /// `nil` while there is no file.
    init?(path: String) {
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard let all = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
        let telling: [FileAttributeKey] = [.systemNumber, .systemFileNumber, .size, .modificationDate]
        attributes = telling.map { all[$0] as? AnyHashable }
    }
}
