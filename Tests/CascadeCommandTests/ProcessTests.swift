import CascadeTesting
import Foundation
import Testing

extension CommandTests {
    @Suite struct Signals {
        @Test func `Ctrl-C closes the upstream at once and is status 130`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 10_000, chunkDelay: .milliseconds(20)))
            let process = try workspace.process(["chat", "Tell a long story."])
            var pause: Duration = .seconds(60)
            try await process.runToEnd {
                try await workspace.waitForOutput()
                let interrupted = ContinuousClock.now
                process.interrupt()
                let record = try #require(await provider.waitForPeerClose(ofRequest: 0))
                pause = try #require(record.closedByPeerAt) - interrupted
            }
            let run = try workspace.result(of: process)
            #expect(pause < .milliseconds(100))
            #expect(run.status == 130)
            #expect(run.output.hasPrefix("Light from"))
            #expect(run.error == "")
        }

        @Test("F-42: the command takes as many descriptors as it may")
        func descriptors() async throws {
            let (workspace, provider) = try Workspace.with(.init(fault: .noAnswer))
            let process = try workspace.process([])
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "ulimit -Sn 64; exec \"$0\" chat Anyone?", CommandRun.executable.path]
            try await process.runToEnd {
                #expect(await provider.waitForRequests(1))
                let limits = try String(contentsOfFile: "/proc/\(process.processIdentifier)/limits", encoding: .utf8)
                let files = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
                let figures = files.split(separator: " ").compactMap { Int($0) }
                #expect(figures.count == 2 && figures[0] == figures[1] && figures[0] > 64)
                process.interrupt()
            }
            _ = try workspace.result(of: process)
        }

        @Test func `Ctrl-C while a provider keeps silent closes the upstream`() async throws {
            let (workspace, provider) = try Workspace.with(.init(fault: .noAnswer))
            let process = try workspace.process(["chat", "--json", "Anyone?"])
            try await process.runToEnd {
                #expect(await provider.waitForRequests(1))
                process.interrupt()
                #expect(await provider.waitForPeerClose(ofRequest: 0) != nil)
            }
            #expect(try workspace.result(of: process).status == 130)
        }

        @Test func `Ctrl-C in a conversation stops the answer, and at the prompt the command`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 10_000, chunkDelay: .milliseconds(20)))
            let terminal = try Terminal()
            let process = try workspace.process(["chat"], environment: ["NO_COLOR": "1"])
            process.standardInput = terminal.device
            process.standardOutput = terminal.device
            process.standardError = terminal.device
            try await process.runToEnd {
                await terminal.wait(for: "> ")
                terminal.type("/help")
                await terminal.wait(for: "cascade: there is no /help; there are /new, /quit and /exit\n> ")
                #expect(provider.counters.requests == 0)
                terminal.type("/usr/bin is full, why?")
                await terminal.wait(for: "Light")
                process.interrupt()
                #expect(await provider.waitForPeerClose(ofRequest: 0) != nil)
                await terminal.wait(for: "Stopped.\n> ")
                terminal.type("And now?")
                #expect(await provider.waitForRequests(2))
                process.interrupt()
                await terminal.wait(for: "Stopped.\n> ", times: 2)
                process.interrupt()
            }
            #expect(!provider.log[1].bodyText.contains("/usr/bin"))
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        }

        @Test func `a polite kill is status 143`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 10_000, chunkDelay: .milliseconds(20)))
            let process = try workspace.process(["batch"], input: Data(#"{"prompt": "x", "stream": true}"#.utf8))
            try await process.runToEnd {
                #expect(await provider.waitForRequests(1))
                process.terminate()
                #expect(await provider.waitForPeerClose(ofRequest: 0) != nil)
            }
            #expect(try workspace.result(of: process).status == 143)
        }

        @Test func `a reader that has enough ends the command quietly`() async throws {
            let (workspace, provider) = try Workspace.with(.init(chunks: 10_000, chunkDelay: .milliseconds(2)))
            let process = try workspace.process(["chat", "Tell a long story."])
            let pipe = Pipe()
            process.standardOutput = pipe
            try await process.runToEnd {
                try pipe.fileHandleForWriting.close()
                #expect(await provider.waitForRequests(1))
                try pipe.fileHandleForReading.close()
                #expect(await provider.waitForPeerClose(ofRequest: 0) != nil)
            }
            let run = try workspace.result(of: process)
            #expect(run.status == 0)
            #expect(run.error == "")
        }

        @Test(arguments: [["chat", "Hi."], ["check"], ["explain", "Hi.", "--json"], ["tuning"], ["batch"]])
        func `a full disk is told of, and is status 1`(arguments: [String]) async throws {
            let (workspace, _) = try Workspace.with(.init(text: "Baa."))
            let process = try workspace.process(arguments, input: Data(#"{"prompt": "x"}"#.utf8))
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
            try await process.runToEnd()
            let run = try workspace.result(of: process)
            #expect(run.status == 1)
            #expect(run.error.contains("cannot write to standard output"))
        }

        @Test func `loopback tells its address, and its counters at Ctrl-C`() async throws {
            let workspace = try Workspace()
            let process = try workspace.process([
                "loopback", "--format", "anthropic", "--chunks", "3", "--text", "Baa.",
            ])
            try await process.runToEnd {
                let address = try await workspace.waitForOutput()
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                try workspace.write(
                    """
                    providers:
                      - name: double
                        type: anthropic
                        url: "\(address)"
                        enabled: true
                        api_key: key
                        models: [m]
                    """, to: "cascade.yaml")
                // In a folder of its own, since the files of a run have fixed names.
                let client = try Workspace()
                let chat = try await client.run(
                    ["chat", "--config", workspace.folder.appending(path: "cascade.yaml").path, "Hello"])
                #expect(chat.output == "Baa.\n", "\(chat.error)")
                process.interrupt()
            }
            let run = try workspace.result(of: process)
            #expect(run.status == 0)
            #expect(run.lines.first?.hasPrefix("http://127.0.0.1:") == true)
            #expect(run.lines.dropFirst() == ["connections: 1", "requests: 1"])
        }
    }
}

extension Workspace {
    /// Waits until the command has printed a line or more than a few bytes.
    @discardableResult
    func waitForOutput() async throws -> String {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while clock.now < end {
            let text = try String(contentsOf: folder.appending(path: "stdout"), encoding: .utf8)
            if text.hasSuffix("\n") || text.utf8.count > 20 { return text }
            await Task.yield()
        }
        Issue.record("The command printed nothing.")
        return ""
    }
}
