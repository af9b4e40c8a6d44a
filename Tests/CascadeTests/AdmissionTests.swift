import CascadeTesting
import Testing

@testable import Cascade

@Suite("Admission", .serialized)
struct AdmissionTests {
    private static let crowd = 10_000

    @Test("F-42: ten thousand who wait for one place get it in the order of their coming")
    func order() async {
        // In a process of its own, as below: ten thousand tasks at once hold up every other test.
        await #expect(processExitsWith: .success) { await AdmissionTests.inOrder() }
    }

    private static func inOrder() async {
        let clock = MockClock()
        let admission = Admission(maxRequests: 1, maxBytes: 0, clock: clock)
        #expect(admission.tryEnter(bytes: 1))
        let order = Recorder<Int>()
        let waiting = (0..<Self.crowd).map { index in
            // One after the other: who comes next is certain only when the last one stands in line.
            (
                index,
                Task.immediate { () -> Bool in
                    guard await admission.enter(bytes: 1, deadline: .init(nanoseconds: .max)) == .admitted else {
                        return false
                    }
                    order.append(index)
                    admission.leave(bytes: 1)
                    return true
                }
            )
        }
        #expect(!admission.tryEnter(bytes: 1))
        admission.leave(bytes: 1)
        var admitted = 0
        for (_, task) in waiting where await task.value { admitted += 1 }
        #expect(admitted == Self.crowd && order.all == Array(0..<Self.crowd))
        #expect(admission.active == 0 && admission.tryEnter(bytes: 1))
    }

    @Test("F-42: a crowd whose turn does not come is turned away after ten seconds, every one of them")
    func turnedAway() async {
        // In a process of its own, as below: ten thousand tasks at once hold up every other test.
        await #expect(processExitsWith: .success) { await AdmissionTests.allTurnedAway() }
    }

    private static func allTurnedAway() async {
        let clock = MockClock()
        let admission = Admission(maxRequests: 1, maxBytes: 0, clock: clock)
        #expect(admission.tryEnter(bytes: 1))
        let waiting = (0..<Self.crowd).map { _ in
            Task { await admission.enter(bytes: 1, deadline: .init(nanoseconds: .max)) }
        }
        await clock.waitForSleepers(Self.crowd)
        clock.advance(by: .milliseconds(9_999))
        #expect(clock.sleeperCount == Self.crowd)
        clock.advance(by: .milliseconds(1))
        var turnedAway = 0
        for task in waiting where await task.value == .overloaded { turnedAway += 1 }
        #expect(turnedAway == Self.crowd && admission.active == 1)
        admission.leave(bytes: 1)
        #expect(admission.tryEnter(bytes: 1))
    }

    @Test("nobody overtakes: a small request waits behind a large one that does not fit yet")
    func noOvertaking() async {
        let admission = Admission(maxRequests: 10, maxBytes: 100, clock: MockClock())
        #expect(admission.tryEnter(bytes: 60))
        let large = Task.immediate { await admission.enter(bytes: 80, deadline: .init(nanoseconds: .max)) }
        #expect(!admission.tryEnter(bytes: 1))
        admission.leave(bytes: 60)
        #expect(await large.value == .admitted)
        #expect(admission.tryEnter(bytes: 20) && !admission.tryEnter(bytes: 1))
    }

    @Test("a line agrees with a plain array, whoever leaves and from wherever", arguments: 0..<20)
    func line(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var line = WaitingLine<UInt64>()
        var model: [UInt64] = []
        for id in 0..<2000 as Range<UInt64> {
            switch UInt8.random(in: 0..<8, using: &generator) {
            case 0..<4:
                line.append(id, id: id)
                model.append(id)
            case 4..<6:
                #expect(line.first == model.first)
                if let first = model.first {
                    line.remove(first)
                    model.removeFirst()
                }
            case 6:
                let index = Int.random(in: 0...model.count, using: &generator)
                let member = index < model.count ? model.remove(at: index) : id
                #expect(line.remove(member) == (member == id ? nil : member))
            default:
                guard UInt8.random(in: 0..<40, using: &generator) == 0 else { continue }
                #expect(line.removeAll() == model)
                model = []
            }
            #expect(line.isEmpty == model.isEmpty)
        }
        #expect(line.removeAll() == model)
    }

    @Test(
        "F-42: no more requests at a time than there are descriptors for",
        arguments: [(10_000, 1024, 480), (100, 1024, 100), (10_000, 64, 1), (10_000, 0, 1), (10_000, .max, 10_000)])
    func descriptors(tuned: Int, descriptors: Int, expected: Int) {
        #expect(RouterCore.requestLimit(tuned, descriptors: descriptors) == expected)
    }

    @Test("F-42: ten thousand requests at once over thirty-two places are all answered", .timeLimit(.minutes(4)))
    func tenThousandRequests() async throws {
        await #expect(processExitsWith: .success) { try await AdmissionTests.allAnswered() }
    }

    private static func allAnswered() async throws {
        // Its clock stands still, so nobody's turn comes too late on a slow machine.
        var options = RouterOptions.quiet(clock: MockClock())
        options.tuning.maxConcurrentRequests = 32
        let fixture = try RouterFixture(Script(text: "yes", chunks: 1), options: options)
        let answered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<Self.crowd {
                group.addTask { (try? await fixture.router.complete(ChatRequest("hi")))?.content == "yes" }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(answered == Self.crowd)
        let metrics = fixture.router.metrics
        #expect(metrics.isSettled && metrics.answered == Self.crowd && metrics["p0"].attempts == Self.crowd)
        #expect(fixture[0].counters.connectionsAccepted <= 64)
    }
}
