internal import CFuzzTargets
internal import Foundation

/// Runs one fuzz target under libFuzzer: `CascadeFuzz TARGET [libFuzzer's arguments]`. `list` names the targets.
@main
enum FuzzCommand {
    private static let targets: [(name: String, run: fuzz_target)] = [
        ("framing", fuzz_framing),
        ("json", fuzz_json),
        ("strings", fuzz_strings),
        ("ring", fuzz_ring),
        ("arena", fuzz_arena),
        ("decoding", fuzzDecoding),
        ("errors", fuzzErrors),
        ("limits", fuzzLimits),
        ("configuration", fuzzConfiguration),
        ("gateway", fuzzGateway),
        ("requests", fuzzRequests),
    ]

    static func main() {
        let arguments = CommandLine.arguments
        if arguments.count > 1, let target = targets.first(where: { $0.name == arguments[1] }) {
            exit(run(target.run, arguments: [arguments[0]] + arguments[2...]))
        }
        print(targets.map(\.name).joined(separator: "\n"))
        exit(arguments.dropFirst() == ["list"] ? 0 : 2)
    }

    private static func run(_ target: @escaping fuzz_target, arguments: [String]) -> Int32 {
        // libFuzzer keeps its arguments for as long as the process lives.
        let copies = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
        copies.initialize(repeating: nil)
        for (place, argument) in arguments.enumerated() { copies[place] = strdup(argument) }
        return fuzz_run(Int32(arguments.count), copies.baseAddress, target)
    }
}
