import CascadeTesting
import Foundation
import FoundationNetworking
import Testing

extension CommandTests {
    /// What an operator does to a gateway that serves.
    @Suite struct ServeOperations {
        /// A gateway that serves, and its address.
        private func serving(
            _ workspace: Workspace, _ arguments: [String] = [], _ work: (Process, URL) async throws -> Void
        ) async throws -> CommandRun {
            let process = try workspace.process(["serve", "--port", "0"] + arguments)
            try await process.runToEnd {
                try await workspace.waitForOutput()
                let address = workspace.text("stdout").split(separator: "\n").first.map(String.init) ?? ""
                try await work(process, try #require(URL(string: address)))
                process.terminate()
            }
            return try workspace.result(of: process)
        }

        private func hangUp(_ process: Process) {
            kill(process.processIdentifier, SIGHUP)
        }

        private func models(_ address: URL) async throws -> String {
            let (data, _) = try await URLSession.shared.data(from: address.appending(path: "v1/models"))
            return String(decoding: data, as: UTF8.self)
        }

        @Test func `SIGHUP takes a new configuration into use, and tells what changed`() async throws {
            let (workspace, provider) = try Workspace.with()
            let run = try await serving(workspace) { process, address in
                #expect(try await models(address).contains("only-model"))
                try workspace.write(
                    Configurations.yaml([("only", provider), ("second", provider)], attempts: 2), to: "cascade.yaml")
                hangUp(process)
                try await workspace.wait(for: "new configuration in use")
                #expect(try await models(address).contains("second-model"))
            }
            #expect(run.status == 0)
            #expect(run.error.contains(#"changes="provider second added; cascade""#))
        }

        @Test func `a file that cannot be used is told with its lines, and the old configuration stays`() async throws {
            let (workspace, provider) = try Workspace.with()
            let sound = workspace.text("cascade.yaml")
            let run = try await serving(workspace) { process, address in
                try workspace.write(
                    sound.replacingOccurrences(of: "priority: 1", with: "priority: high"), to: "cascade.yaml")
                hangUp(process)
                try await workspace.wait(for: "the one in use stays")
                let metrics = address.appending(path: "metrics")
                let (page, _) = try await URLSession.shared.data(from: metrics)
                #expect(String(decoding: page, as: UTF8.self).contains("cascade_config_last_reload_successful 0\n"))
                #expect(try await models(address).contains("only-model"))
                try FileManager.default.removeItem(at: workspace.folder.appending(path: "cascade.yaml"))
                hangUp(process)
                try await workspace.wait(for: "file not found")
                #expect(try await models(address).contains("only-model"))
                try workspace.write(sound, to: "cascade.yaml")
                hangUp(process)
                try await workspace.wait(for: "is the one in use")
            }
            withExtendedLifetime(provider) {}
            #expect(run.status == 0)
            #expect(run.error.contains("cascade.yaml:9:15: error: providers[0].priority: expected a whole number"))
        }

        @Test func `a changed file is found, also where a link was turned to another one`() async throws {
            let (workspace, provider) = try Workspace.with()
            let files = FileManager.default
            let link = workspace.folder.appending(path: "linked.yaml").path
            try workspace.write(workspace.text("cascade.yaml"), to: "v1/cascade.yaml")
            try workspace.write(
                Configurations.yaml([("only", provider), ("second", provider)]), to: "v2/cascade.yaml")
            try files.createSymbolicLink(
                atPath: workspace.folder.appending(path: "data").path, withDestinationPath: "v1")
            try files.createSymbolicLink(atPath: link, withDestinationPath: "data/cascade.yaml")
            let run = try await serving(workspace, ["--config", link]) { _, address in
                // As Kubernetes does it: a new link takes the place of the old one.
                let turned = workspace.folder.appending(path: "turned").path
                try files.createSymbolicLink(atPath: turned, withDestinationPath: "v2")
                #expect(rename(turned, workspace.folder.appending(path: "data").path) == 0)
                try await workspace.wait(for: "provider second added")
                #expect(try await models(address).contains("second-model"))
                try workspace.write(Configurations.yaml([("only", provider)]), to: "v2/cascade.yaml")
                try await workspace.wait(for: "provider second removed")
                #expect(try await !models(address).contains("second-model"))
            }
            #expect(run.status == 0)
        }

        @Test func `requests in flight keep their configuration`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 30, chunkDelay: .milliseconds(30)))
            let other = try LoopbackProvider()
            workspace.keep([other])
            let run = try await serving(workspace) { process, address in
                var request = URLRequest(url: address.appending(path: "v1/chat/completions"))
                request.httpMethod = "POST"
                request.httpBody = Data(#"{"stream":true,"messages":[{"role":"user","content":"why?"}]}"#.utf8)
                let asked = request
                async let answer = URLSession.shared.data(for: asked)
                #expect(await provider.waitForRequests(1))
                try workspace.write(Configurations.yaml([("other", other)]), to: "cascade.yaml")
                hangUp(process)
                try await workspace.wait(for: "provider only removed")
                #expect(try await models(address).contains("other-model"))
                let (data, response) = try await answer
                #expect(String(decoding: data, as: UTF8.self).hasSuffix("data: [DONE]\n\n"))
                #expect((response as? HTTPURLResponse)?.value(forHTTPHeaderField: "x-cascade-provider") == "only")
            }
            #expect(run.status == 0)
            #expect(other.counters.requests == 0)
        }

        @Test func `SIGHUP opens the access log anew; no key is in it`() async throws {
            let (workspace, provider) = try Workspace.with()
            let log = workspace.folder.appending(path: "access.log").path
            let run = try await serving(workspace, ["--access-log", log]) { process, address in
                _ = try await models(address)
                try await workspace.wait(for: "/v1/models", in: "access.log")
                try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
                hangUp(process)
                try await workspace.wait(for: "is the one in use")
                _ = try await models(address)
                try await workspace.wait(for: "/v1/models", in: "access.log")
            }
            withExtendedLifetime(provider) {}
            #expect(run.status == 0)
            for name in ["access.log", "access.log.1"] {
                let line = try #require(CommandRun.object(workspace.text(name)))
                #expect(line["path"] as? String == "/v1/models")
                #expect(line["status"] as? Int == 200)
                #expect(!workspace.text(name).contains(CommandRun.plantedKey))
            }
        }

        @Test func `with the access log on stdout there is nothing else on it`() async throws {
            let (workspace, provider) = try Workspace.with()
            let process = try workspace.process(["serve", "--port", "0", "--access-log", "-"])
            try await process.runToEnd {
                try await workspace.wait(for: "http://127.0.0.1:")
                let said = workspace.text("stderr").split(separator: "\n").first { $0.hasPrefix("http://") }
                let address = try #require(said.flatMap { URL(string: String($0)) })
                _ = try await models(address)
                process.terminate()
            }
            withExtendedLifetime(provider) {}
            let run = try workspace.result(of: process)
            #expect(run.status == 0)
            #expect(try run.jsonLines().map { $0["path"] as? String } == ["/v1/models"])
        }

        @Test func `a check tells everything that is wrong, and needs no free port`() async throws {
            let (workspace, provider) = try Workspace.with()
            _ = try await serving(workspace) { _, address in
                let port = try #require(address.port)
                let taken = try await workspace.check(["--port", "\(port)"])
                #expect(taken.status == 0)
                #expect(taken.output.hasPrefix("ok: \(address.absoluteString): 1 provider, 1 enabled"))
                #expect(taken.error.contains("another process listens there"))
            }
            let unwritable = try await workspace.check(["--port", "0", "--access-log", "none/access.log"])
            #expect(unwritable.status == 2)
            #expect(unwritable.error.contains("its folder is not there"))
            let sound = workspace.text("cascade.yaml")
            try workspace.write(sound + "    odd: 1\n", to: "cascade.yaml")
            let odd = try await workspace.check(["--port", "0"])
            #expect(odd.status == 0)
            #expect(odd.error.contains("warning"))
            #expect(odd.output.contains("1 warning"))
            try workspace.write(
                sound.replacingOccurrences(of: "priority: 1", with: "priority: high")
                    .replacingOccurrences(of: "enabled: true", with: "enabled: perhaps"), to: "cascade.yaml")
            let wrong = try await workspace.check(["--port", "0"])
            #expect(wrong.status == 2)
            #expect(wrong.messages.count == 2)
            #expect(wrong.error.contains("providers[0].enabled"))
            #expect(wrong.error.contains("providers[0].priority"))
            withExtendedLifetime(provider) {}
        }
    }
}

extension Workspace {
    fileprivate func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    /// Waits until a file, the command's standard error unless another is named, holds a text.
    fileprivate func wait(
        for text: String, in name: String = "stderr", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        while !self.text(name).contains(text) {
            guard start.duration(to: .now) < .seconds(30) else {
                Issue.record("\(name) never held \(text): \(self.text(name))", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Runs `serve --check` beside another command of this workspace, whose output stays.
    fileprivate func check(_ arguments: [String]) async throws -> CommandRun {
        let beside = try Workspace()
        try beside.write(text("cascade.yaml"), to: "cascade.yaml")
        return try await beside.run(["serve", "--check"] + arguments)
    }
}
