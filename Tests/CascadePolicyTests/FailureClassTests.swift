import CascadePolicy
import Testing

@Suite("Failure classes")
struct FailureClassTests {
    struct Row: Sendable {
        var failure: FailureClass
        var again: FailureClass.Again
        var next: Bool
        var counts: Bool
        var spends: Bool
        var credential: Bool
    }

    static let table: [Row] = [
        Row(failure: .connect, again: .atOnce, next: true, counts: true, spends: false, credential: false),
        Row(failure: .transient, again: .afterBackoff, next: true, counts: true, spends: true, credential: false),
        Row(failure: .timeout, again: .never, next: true, counts: true, spends: false, credential: false),
        Row(failure: .throttle, again: .afterCooldown, next: true, counts: false, spends: false, credential: false),
        Row(failure: .quota, again: .never, next: true, counts: false, spends: false, credential: true),
        Row(failure: .auth, again: .never, next: true, counts: false, spends: false, credential: true),
        Row(failure: .ambiguous, again: .afterBackoff, next: true, counts: true, spends: true, credential: false),
        Row(failure: .request, again: .never, next: false, counts: false, spends: false, credential: false),
        Row(failure: .policy, again: .never, next: false, counts: false, spends: false, credential: false),
        Row(failure: .config, again: .never, next: true, counts: false, spends: false, credential: false),
        Row(failure: .cut, again: .never, next: false, counts: true, spends: false, credential: false),
        Row(failure: .cancel, again: .never, next: false, counts: false, spends: false, credential: false),
        Row(failure: .local, again: .never, next: false, counts: false, spends: false, credential: false),
    ]

    @Test("the table holds", arguments: table)
    func row(_ row: Row) {
        #expect(row.failure.sameProviderAgain == row.again)
        #expect(row.failure.triesNextProvider == row.next)
        #expect(row.failure.countsForBreaker == row.counts)
        #expect(row.failure.spendsRetryBudget == row.spends)
        #expect(row.failure.disablesCredential == row.credential)
    }

    @Test("the table has a row for each class")
    func complete() {
        #expect(Set(Self.table.map(\.failure)) == Set(FailureClass.allCases))
    }
}
