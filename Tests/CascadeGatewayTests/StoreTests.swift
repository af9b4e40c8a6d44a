import Foundation
import Glibc
import Testing

@testable import CascadeGateway

/// A file for a store, in a folder of its own.
final class StoreFile {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "cascade-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var path: String { folder.appending(path: "gateway.db").path }

    func open() throws -> GatewayStore { try GatewayStore(path: path) }

    /// Everything in the folder.
    var bytes: Data {
        get throws {
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).reduce(Data()) {
                try $0 + Data(contentsOf: $1)
            }
        }
    }
}

extension GatewayTests {
    @Suite struct Store {
        @Test("A key is kept with its limits, but not its secret")
        func keepsKeys() async throws {
            let file = try StoreFile()
            var limits = KeyLimits()
            limits.models = ["gpt-4o-mini", "claude-*"]
            limits.requestsPerMinute = 60
            limits.tokensPerMinute = 20_000
            limits.concurrency = 4
            limits.dailyBudgetUSD = 2.5
            let store = try file.open()
            let made = try await store.addKey(name: "alice", isAdmin: true, limits: limits)
            #expect(made.secret.hasPrefix("csk_" + made.key.id + "_"))
            let kept = try await file.open().keys()
            #expect(kept == [made.key])
            let digits = try #require(made.secret.split(separator: "_").last)
            #expect(digits.count == 64)
            #expect(try file.bytes.range(of: Data(digits.utf8)) == nil)
            #expect(try file.bytes.range(of: Data("alice".utf8)) != nil)
            // Until here: whoever closes it last takes away the files beside it.
            withExtendedLifetime(store) {}
        }

        @Test("No two keys have the same secret, and only their own is theirs")
        func digests() throws {
            let (one, other) = (KeySecret.random(), KeySecret.random())
            #expect(one != other && one.id != other.id)
            let digest = try #require(KeyDigest(one))
            let again = try #require(KeySecret(one.text))
            #expect(try digest.matches(#require(KeyDigest(again))))
            #expect(try !digest.matches(#require(KeyDigest(other))))
            // SHA-256 of a known text.
            let known = try #require(
                KeySecret("csk_0123456789_" + String(repeating: "0123456789abcdef", count: 4)))
            #expect(known.id == "0123456789")
            let hex = try #require(KeyDigest(known)).bytes.map { String(format: "%02x", $0) }.joined()
            #expect(hex == "3ddd925de932a8e6f92e409a12143fb42f6eab2a56eaec123b2c4413373623e4")
        }

        @Test(
            "What has not a key's form is none",
            arguments: ["", "csk_", "sk-abc", "csk_0123456789_", String(repeating: "c", count: 79)])
        func form(_ text: String) {
            #expect(KeySecret(text) == nil)
        }

        @Test("A name is one key's until that is revoked")
        func names() async throws {
            let file = try StoreFile()
            let store = try file.open()
            defer { withExtendedLifetime(file) {} }
            let first = try await store.addKey(name: "alice").key
            await #expect(throws: GatewayStoreError.self) { try await store.addKey(name: "alice") }
            #expect(try await store.revokeKey("alice").id == first.id)
            await #expect(throws: GatewayStoreError.self) { try await store.revokeKey("alice") }
            await #expect(throws: GatewayStoreError.self) { try await store.revokeKey("nobody") }
            let second = try await store.addKey(name: "alice").key
            #expect(try await store.revokeKey(second.id).name == "alice")
            #expect(try await store.keys().allSatisfy { $0.revokedAt != nil })
        }

        @Test("Limits and names that make no sense are refused")
        func senseless() async throws {
            let file = try StoreFile()
            let store = try file.open()
            defer { withExtendedLifetime(file) {} }
            var limits = KeyLimits()
            limits.requestsPerMinute = 0
            await #expect(throws: GatewayStoreError.self) { try await store.addKey(name: "a", limits: limits) }
            limits = KeyLimits()
            limits.dailyBudgetUSD = .nan
            await #expect(throws: GatewayStoreError.self) { try await store.addKey(name: "a", limits: limits) }
            for name in ["", "two\nlines", String(repeating: "a", count: 201)] {
                await #expect(throws: GatewayStoreError.self) { try await store.addKey(name: name) }
            }
        }

        @Test("The file and what lies beside it are the owner's alone")
        func mode() async throws {
            let file = try StoreFile()
            _ = FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o644])
            let store = try file.open()
            _ = try await store.addKey(name: "alice")
            let names = try FileManager.default.contentsOfDirectory(atPath: file.folder.path)
            #expect(names.contains("gateway.db-wal"))
            for name in names {
                var status = stat()
                #expect(stat(file.folder.appending(path: name).path, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600, "\(name)")
            }
        }

        @Test("A file that was put away, or another one in its place, is not taken for the store any more")
        func replaced() async throws {
            let file = try StoreFile()
            let store = try file.open()
            _ = try await store.addKey(name: "alice")
            try FileManager.default.moveItem(atPath: file.path, toPath: file.path + ".old")
            let gone = await #expect(throws: GatewayStoreError.self) { try await store.keys() }
            #expect(gone?.message.contains("removed or replaced") == true)
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
            await #expect(throws: GatewayStoreError.self) { try await store.addKey(name: "bob") }
            try FileManager.default.removeItem(atPath: file.path)
            try FileManager.default.moveItem(atPath: file.path + ".old", toPath: file.path)
            #expect(try await store.keys().map(\.name) == ["alice"])
        }

        @Test("To open a store again does not end the locks of who has it open")
        func keepsLocks() async throws {
            let file = try StoreFile()
            let store = try file.open()
            _ = try await store.addKey(name: "alice")
            let locks = { try String(contentsOfFile: "/proc/locks", encoding: .utf8) }
            var status = stat()
            #expect(stat(file.path, &status) == 0)
            let inode = ":\(status.st_ino) "
            #expect(try locks().contains(inode))
            _ = try file.open()
            #expect(try locks().contains(inode))
            #expect(try await store.keys().count == 1)
        }

        @Test("What is no store is refused with the reason")
        func refused() async throws {
            let file = try StoreFile()
            #expect(throws: GatewayStoreError.self) { try GatewayStore(path: file.folder.path) }
            #expect(throws: GatewayStoreError.self) { try GatewayStore(path: "") }
            let missing = #expect(throws: GatewayStoreError.self) {
                try GatewayStore(path: file.path, makesFile: false)
            }
            #expect(missing?.message.contains("cascade keys add") == true)
            try Data("no database, but long enough to be looked at".utf8).write(to: URL(filePath: file.path))
            let text = #expect(throws: GatewayStoreError.self) { try file.open() }
            #expect(text?.message.contains("another kind of file") == true)
        }

        @Test("Another program's database and a newer store's are left as they are")
        func foreign() async throws {
            let other = try StoreFile()
            try StoreConnection(path: other.path, makesFile: true).script("CREATE TABLE theirs (a)")
            let foreign = #expect(throws: GatewayStoreError.self) { try other.open() }
            #expect(foreign?.message.contains("another program") == true)
            let newer = try StoreFile()
            try await newer.open().perform { (connection) throws(GatewayStoreError) in
                try connection.script("PRAGMA user_version = 99")
            }
            let error = #expect(throws: GatewayStoreError.self) { try newer.open() }
            #expect(error?.message.contains("newer version") == true)
        }

        @Test("What fails in a transaction leaves nothing behind")
        func rollback() async throws {
            let file = try StoreFile()
            let store = try file.open()
            defer { withExtendedLifetime(file) {} }
            await #expect(throws: GatewayStoreError.self) {
                try await store.transaction { (connection) throws(GatewayStoreError) in
                    try connection.run(
                        "INSERT INTO key_day VALUES ('a', 1, 1, 1, 1, 1, 1.0)")
                    try connection.script("no SQL")
                }
            }
            let rows = try await store.perform { (connection) throws(GatewayStoreError) in
                try connection.rows("SELECT count(*) FROM key_day") { $0.integer(0) }
            }
            #expect(rows == [0])
        }

        @Test(
            "A model is allowed by its name, or by the beginning of it",
            arguments: [
                ("gpt-4o", true), ("gpt-4o-mini", false), ("claude-haiku-4-5", true), ("claude-", true),
                ("claude", false),
            ])
        func models(_ model: String, isAllowed: Bool) {
            var limits = KeyLimits()
            #expect(limits.allows(model: model))
            limits.models = ["gpt-4o", "claude-*"]
            #expect(limits.allows(model: model) == isAllowed)
        }
    }
}
