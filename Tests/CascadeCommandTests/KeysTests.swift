import Foundation
import Testing

extension CommandTests {
    @Suite struct Keys {
        @Test func `a key is added, listed and revoked, and shown once`() async throws {
            let workspace = try Workspace()
            let environment = ["CASCADE_GATEWAY_STORE": workspace.folder.appending(path: "gateway.db").path]
            let added = try await workspace.run(
                ["keys", "add", "alice", "--model", "gpt-*", "--requests-per-minute", "60", "--daily-budget", "0.5"],
                environment: environment)
            #expect(added.status == 0, "\(added.error)")
            let secret = added.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(secret.hasPrefix("csk_") && secret.count == 79)
            let listed = try await workspace.run(["keys", "list"], environment: environment)
            #expect(listed.output.contains("alice") && listed.output.contains("60 requests/min"))
            #expect(listed.output.contains("gpt-*") && listed.output.contains("$0.50/day"))
            #expect(!listed.output.contains(secret))
            let json = try await workspace.run(["keys", "list", "--json"], environment: environment).json()
            let key = try #require((json["keys"] as? [[String: Any]])?.first)
            #expect(key["key"] == nil && key["admin"] as? Bool == false)
            #expect((key["limits"] as? [String: Any])?["requests_per_minute"] as? Int == 60)
            let revoked = try await workspace.run(
                ["keys", "revoke", try #require(key["id"] as? String)], environment: environment)
            #expect(revoked.status == 0 && revoked.output.contains("alice"))
            let left = try await workspace.run(["keys", "list"], environment: environment)
            #expect(!left.output.contains("alice"))
            let all = try await workspace.run(["keys", "list", "--all"], environment: environment)
            #expect(all.output.contains("revoked"))
        }

        @Test func `a new key as JSON has its secret`() async throws {
            let workspace = try Workspace()
            let run = try await workspace.run(["keys", "add", "ops", "--admin", "--json", "--store", "gateway.db"])
            let json = try run.json()
            #expect((json["key"] as? String)?.hasPrefix("csk_") == true)
            #expect(json["admin"] as? Bool == true)
        }

        @Test(
            arguments: [
                (["keys", "list"], "CASCADE_GATEWAY_STORE"),
                (["keys", "list", "--store", "nowhere.db"], "cascade keys add"),
                (["keys", "list", "--store", "stdin"], "another kind of file"),
                (["keys", "add", "a", "--concurrency", "0", "--store", "gateway.db"], "at least 1"),
                (["keys", "revoke", "nobody", "--store", "here.db"], "no key nobody"),
                (["keys", "add", "taken", "--store", "here.db"], "already"),
            ])
        func `what cannot be done is an error that says why`(_ arguments: [String], part: String) async throws {
            let workspace = try Workspace()
            #expect(try await workspace.run(["keys", "add", "taken", "--store", "here.db"]).status == 0)
            let run = try await workspace.run(arguments, input: "this is some text, and no database at all")
            #expect(run.status == 2)
            #expect(run.error.contains(part), "\(run.error)")
            #expect(run.output.isEmpty)
        }
    }
}
