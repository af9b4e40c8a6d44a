internal import Foundation

/// Ends the process when a promise is broken, so that libFuzzer keeps the input.
func require(_ isKept: Bool, _ promise: @autoclosure () -> String) {
    if isKept { return }
    FileHandle.standardError.write(Data("Broken promise: \(promise())\n".utf8))
    abort()
}

/// An input, taken apart from its beginning; zeros at its end.
struct Input {
    private var rest: UnsafeBufferPointer<UInt8>.SubSequence

    init(_ bytes: UnsafePointer<UInt8>?, _ length: Int) {
        rest = UnsafeBufferPointer(start: bytes, count: length)[...]
    }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    var bytes: [UInt8] { Array(rest) }
}
