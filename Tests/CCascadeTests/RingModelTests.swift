import CCascade
import Testing

/// Random operations on a ring and on a plain array side by side.
@Suite("Ring against a model")
struct RingModelTests {
    private struct Model {
        var open: [UInt8] = []
        var records: [Record] = []
    }

    private static let maxRecord = 10000

    private func append(_ ring: TestRing, _ model: inout Model, _ random: inout SeededGenerator) {
        let length = random.below([8, 300, 2000, 6000].randomElement(using: &random)!)
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
        let status = ring.append(bytes)
        if model.open.count + length > Self.maxRecord {
            #expect(status == CASC_TOO_LARGE)
        } else if status == CASC_OK {
            model.open += bytes
        } else {
            #expect(status == CASC_FULL)
            #expect(!model.records.isEmpty, "full with nothing to read would wait for ever")
        }
        #expect(ring.openLength == model.open.count)
    }

    private func publish(_ ring: TestRing, _ model: inout Model, _ random: inout SeededGenerator) {
        let kind = [Record.Kind.data, .error, .tail, .body].randomElement(using: &random)!
        let nameLength = random.below(4) == 0 ? 1 + random.below(255) : 0
        let name = nameLength > 0 ? [UInt8](repeating: UInt8(nameLength), count: nameLength) : nil
        let status = ring.publish(kind, name: name)
        if status == CASC_OK {
            model.records.append(Record(kind: kind, name: name, bytes: model.open))
            model.open = []
        } else {
            #expect(status == CASC_FULL)
            #expect(!model.records.isEmpty, "full with nothing to read would wait for ever")
        }
    }

    private func take(_ ring: TestRing, _ model: inout Model) {
        let expected = model.records.isEmpty ? nil : model.records.removeFirst()
        #expect(ring.peek()?.record == expected)
        #expect(ring.take() == expected)
        #expect((ring.unread == 0) == model.records.isEmpty)
    }

    @Test("behaves as an array of records", arguments: UInt64(0)..<12)
    func randomOperations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ring = try #require(TestRing(capacity: 4096 << Int(2 * (seed % 3)), maxRecord: Self.maxRecord))
        let bound = ring.capacity + Self.maxRecord + Int(CASC_RING_NAME_MAX)
        var model = Model()
        for _ in 0..<1500 {
            switch random.below(20) {
            case 0..<8: append(ring, &model, &random)
            case 8..<13: publish(ring, &model, &random)
            case 13..<19: take(ring, &model)
            default:
                ring.discard()
                model.open = []
            }
            #expect(ring.reserved <= bound)
            #expect(ring.unread <= ring.capacity)
        }
        while !model.records.isEmpty { take(ring, &model) }
    }
}
