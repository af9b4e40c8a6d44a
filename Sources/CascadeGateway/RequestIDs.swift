internal import Synchronization

/// Identifiers of requests, unlike those of any other process.
final class RequestIDs: Sendable {
    private let prefix = String(UInt64.random(in: .min ... .max), radix: 36) + "-"
    private let count = Atomic<UInt64>(0)

    func next() -> String {
        prefix + String(count.add(1, ordering: .relaxed).newValue, radix: 36)
    }

    /// A client's own, if it is fit to be shown in a header field and a log.
    func accepted(_ sent: String?) -> String? {
        guard let sent, (1...128).contains(sent.utf8.count), sent.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        return sent
    }
}
