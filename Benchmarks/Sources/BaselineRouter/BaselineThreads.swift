internal import Dispatch
internal import Foundation

/// Where requests block.
public enum BaselineThreads: Sendable {
    /// Dispatch's threads. It has a few hundred at most; what is beyond them waits.
    case pooled
    /// A new thread for each, with the usual stack.
    case ownForEachRequest

    func run(_ work: @escaping @Sendable () -> Void) {
        switch self {
        case .pooled:
            // A queue for each: of one concurrent queue Dispatch would let only about four run at once on two cores.
            DispatchQueue(label: "baseline.http").async(execute: work)
        case .ownForEachRequest:
            Thread.detachNewThread(work)
        }
    }
}
