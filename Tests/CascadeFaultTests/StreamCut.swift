import CascadeTesting

/// A recorded stream that breaks off.
struct StreamCut: Sendable, CustomStringConvertible {
    enum Ending: String, Sendable, CaseIterable {
        /// A FIN wherever it comes, within the head, a transfer chunk's size or its end.
        case fin
        /// An RST, likewise.
        case reset
        /// The last transfer chunk, as if all were well.
        case lastChunk
        /// A FIN that is the body's only end.
        case closeDelimited
    }

    var ending: Ending
    /// What of the response is sent.
    var bytes: ArraySlice<UInt8>
    /// How many bytes of the stream are in it.
    var count: Int
    /// The body's framing says that this was all.
    var isClean: Bool
    /// It does so, but for the line breaks after it.
    var mayBeClean: Bool

    var description: String { "\(ending) after \(count) bytes of the stream" }

    func response(_ stream: RecordedStream) -> Raw {
        Raw(Array(bytes), ending: ending == .reset ? .reset : ending == .lastChunk ? .keepAlive : .close)
    }

    static func prompt(_ index: Int) -> String { "case \(index)." }

    static func number(in body: [UInt8]) -> Int {
        let text = String(decoding: body, as: UTF8.self)
        guard let start = text.firstRange(of: "case ") else { return 0 }
        return Int(text[start.upperBound...].prefix { $0.isNumber }) ?? 0
    }
}

extension RecordedStream {
    /// The stream broken off after each of its bytes, the head's and the framing's among them where they are sent.
    func cuts(_ ending: StreamCut.Ending) -> [StreamCut] {
        switch ending {
        case .fin, .reset: framedCuts(ending)
        case .lastChunk:
            (0...bytes.count).map { count in
                // A chunk may end within a character.
                let chunk =
                    count == 0 ? [] : Array("\(String(count, radix: 16))\r\n".utf8) + bytes[..<count] + [13, 10]
                let all = Array(head(Wire.chunked).utf8) + chunk + Array(Wire.lastChunk.utf8)
                return StreamCut(ending: ending, bytes: all[...], count: count, isClean: true, mayBeClean: true)
            }
        case .closeDelimited:
            (0...bytes.count).map { count in
                let all = Array(head("Connection: close\r\n").utf8) + bytes[..<count]
                return StreamCut(ending: ending, bytes: all[...], count: count, isClean: true, mayBeClean: true)
            }
        }
    }

    private func head(_ fields: String) -> String { Wire.head(type: contentType, fields: fields) }

    /// Each event in a transfer chunk of its own.
    private func framedCuts(_ ending: StreamCut.Ending) -> [StreamCut] {
        // A connection that dies after a whole answer must not be the next request's trouble: that is another row.
        var wire = Array(head(Wire.chunked + "Connection: close\r\n").utf8)
        var counts = [Int](repeating: 0, count: wire.count + 1)
        func frame(_ text: String) {
            wire += text.utf8
            counts += repeatElement(counts[counts.count - 1], count: text.utf8.count)
        }
        for event in events {
            frame("\(String(event.bytes.count, radix: 16))\r\n")
            let start = counts[counts.count - 1]
            wire += event.bytes
            counts += (1...event.bytes.count).map { start + $0 }
            frame("\r\n")
        }
        frame(Wire.lastChunk)
        return (0...wire.count).map { sent in
            StreamCut(
                ending: ending, bytes: wire[..<sent], count: counts[sent], isClean: sent == wire.count,
                mayBeClean: sent >= wire.count - 2)
        }
    }
}
