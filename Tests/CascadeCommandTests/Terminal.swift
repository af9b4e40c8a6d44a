import Foundation
import Testing

/// A terminal for the command, seen from the side of the person who sits at it.
final class Terminal {
    private let controller: Int32
    /// What the command gets as its standard input, output or error.
    let device: FileHandle
    private var shown = Data()

    init() throws {
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var lock: Int32 = 0
        var number: Int32 = 0
        let unlock: UInt = 0x4004_5431
        let askNumber: UInt = 0x8004_5430
        try #require(controller >= 0 && ioctl(controller, unlock, &lock) == 0)
        try #require(ioctl(controller, askNumber, &number) == 0)
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(descriptor >= 0)
        device = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // Nothing is echoed and no line end is changed: what is read is what was written.
        var settings = termios()
        try #require(tcgetattr(descriptor, &settings) == 0)
        cfmakeraw(&settings)
        try #require(tcsetattr(descriptor, TCSANOW, &settings) == 0)
        _ = fcntl(controller, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(controller)
    }

    /// Everything shown so far.
    var text: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(controller, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: shown, as: UTF8.self) }
            shown.append(contentsOf: buffer[..<count])
        }
    }

    func type(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        #expect(write(controller, bytes, bytes.count) == bytes.count)
    }

    /// Waits until `text` has been shown `count` times.
    func wait(for wanted: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) async {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while clock.now < end {
            if text.components(separatedBy: wanted).count > times { return }
            await Task.yield()
        }
        Issue.record("Not shown: \(wanted). Shown: \(text)", sourceLocation: sourceLocation)
    }
}
