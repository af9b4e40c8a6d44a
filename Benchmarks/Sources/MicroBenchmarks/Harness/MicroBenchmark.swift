/// One operation to measure, and how many allocations it may cost.
public struct MicroBenchmark: Sendable {
    public let name: String
    /// Mallocs that an operation may cost, on the average of many. There is no bound for time: that is the machine's as
    /// much as the code's.
    public let allowedMallocs: Double
    /// Prepares what the operations work on.
    let makeBatch: @Sendable () throws -> Batch

    /// Performs the operation as often as it is told.
    typealias Batch = (Int) throws -> Void

    /// - Parameters:
    ///   - prepare: Makes what all operations work on, which is neither timed nor counted.
    ///   - operation: Leaves its state as it found it, so that one is as dear as the other; throws when the result is
    ///     not what it must be.
    init<State: ~Copyable>(
        _ name: String, allowing allowedMallocs: Double, prepare: @escaping @Sendable () throws -> State,
        operation: @escaping @Sendable (inout State) throws -> Void
    ) {
        self.name = name
        self.allowedMallocs = allowedMallocs
        makeBatch = {
            let box = Box(try prepare())
            return { count in
                func perform(_ state: inout State) throws {
                    for _ in 0..<count { try operation(&state) }
                }
                try perform(&box.state)
            }
        }
    }

    private final class Box<State: ~Copyable> {
        var state: State

        init(_ state: consuming State) {
            self.state = state
        }
    }
}

/// An operation gave something else than it must: its figures would be those of another.
struct UnexpectedResult: Error, CustomStringConvertible {
    var expected: String

    var description: String { "the operation did not come to \(expected); look at the benchmark's input" }
}

/// Ends a benchmark whose operation does not do what it is measured for.
@inline(__always)
func expect(_ isExpected: Bool, _ expected: @autoclosure () -> String) throws {
    if !isExpected { throw UnexpectedResult(expected: expected()) }
}
