import Cascade
import Testing

@testable import CascadeCommand

@Suite struct ConfigurationChangesTests {
    private var plain: CascadeConfiguration {
        CascadeConfiguration(
            providers: ["a", "b"].map { ProviderConfiguration(name: $0, type: .openai, apiKey: Secret("key-of-\($0)")) }
        )
    }

    private func changes(_ change: (inout CascadeConfiguration) -> Void) -> [String] {
        var changed = plain
        change(&changed)
        return ConfigurationChanges.describe(from: plain, to: changed)
    }

    @Test func `what changed is named, and no value is told`() {
        #expect(changes { _ in } == [])
        #expect(
            changes {
                $0.providers[0].apiKey = Secret("another-key")
                $0.providers[0].headers["X-Key"] = Secret("value")
                $0.providers[0].baseURL = "http://user:password@somewhere"
            } == ["provider a: url, api_key, headers"])
        #expect(changes { $0.providers[1].enabled = false } == ["provider b: enabled"])
        #expect(changes { $0.aliases["x"] = ["y"] } == ["aliases"])
        #expect(changes { $0.cascade.maxAttempts = 3 } == ["cascade"])
        #expect(changes { $0.providers.swapAt(0, 1) } == ["order of the providers"])
        #expect(
            changes { $0.providers[0].name = "c" } == ["provider c added", "provider a removed"])
    }

    /// Each member must be looked at, also one that is added to these types later.
    @Test func `no change of a provider goes without a name`() {
        let names = Mirror(reflecting: plain.providers[0]).children.compactMap(\.label)
        #expect(names.count == 14, "\(names): name a new one in ConfigurationChanges")
        let sections = Mirror(reflecting: plain).children.compactMap(\.label)
        #expect(sections.count == 10, "\(sections): name a new one in ConfigurationChanges")
    }
}
