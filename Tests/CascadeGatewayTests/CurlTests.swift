import Cascade
import CascadeGateway
import CascadeTesting
import Foundation
import Testing

extension GatewayTests {
    /// The command `curl`, where it is installed.
    @Suite struct Curl {
        private static let isInstalled = (try? run(["--version"]).status) == 0

        private struct Run {
            var status: Int32
            var output: String
            var error: String
        }

        /// - Parameter input: What the command reads, if it reads its input.
        private static func run(_ arguments: [String], input: String = "") throws -> Run {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["curl", "-q", "-sS", "--max-time", "20"] + arguments
            let pipes = [Pipe(), Pipe(), Pipe()]
            process.standardInput = pipes[0]
            process.standardOutput = pipes[1]
            process.standardError = pipes[2]
            try process.run()
            try pipes[0].fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try pipes[0].fileHandleForWriting.close()
            let texts = try pipes[1...].map {
                String(decoding: try $0.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            }
            process.waitUntilExit()
            return Run(status: process.terminationStatus, output: texts[0], error: texts[1])
        }

        struct Row: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var arguments: [String]
            var path = GatewayFixture.path
            var input = ""
            /// Of the last answer.
            var status = 200
            var exit: Int32 = 0
            /// What the answers' heads and bodies hold.
            var shows: [String]
            var hides: [String] = []
        }

        private static let large = question(#","padding":"\#(String(repeating: "x", count: 2 << 20))""#)
        private static let text = Script().expectedText

        static let rows = [
            Row(testDescription: "plain", arguments: ["-d", question()], shows: [text, "x-cascade-provider: p0"]),
            Row(
                testDescription: "streamed", arguments: ["-N", "-d", question(stream: true)],
                shows: ["Transfer-Encoding: chunked", #""content":"Light ""#, "data: [DONE]\n\n"]),
            Row(testDescription: "HTTP/1.0", arguments: ["--http1.0", "-d", question()], shows: [text]),
            Row(
                testDescription: "HTTP/1.0, streamed", arguments: ["--http1.0", "-N", "-d", question(stream: true)],
                shows: [#""content":"Light ""#, "data: [DONE]\n\n"], hides: ["chunked"]),
            Row(
                testDescription: "an offer of HTTP/2", arguments: ["--http2", "-d", question()],
                shows: ["HTTP/1.1 200", text]),
            Row(
                testDescription: "Expect: 100-continue", arguments: ["-H", "Expect: 100-continue", "-d", "@-"],
                input: large, shows: ["HTTP/1.1 100 Continue", text]),
            Row(
                testDescription: "an upload in chunks", arguments: ["-H", "Transfer-Encoding: chunked", "-d", "@-"],
                input: large, shows: [text]),
            Row(
                testDescription: "HEAD", arguments: ["-I"], path: "/v1/models",
                shows: ["Content-Length: ", "content-type: application/json"], hides: ["{"]),
            Row(
                testDescription: "HEAD of what takes POST", arguments: ["-I"], status: 405, shows: ["allow: POST"],
                hides: ["{"]),
            Row(testDescription: "GET of what takes POST", arguments: [], status: 405, shows: ["method_not_allowed"]),
            Row(testDescription: "PUT", arguments: ["-T", "-"], input: "{}", status: 405, shows: ["allow: POST"]),
            Row(
                testDescription: "an unknown path", arguments: [], path: "/v1/nothing", status: 404,
                shows: ["unknown_url", "x-request-id: "]),
            Row(
                testDescription: "an unknown path, to fail", arguments: ["-f"], path: "/nothing", status: 404, exit: 22,
                shows: []),
            Row(
                testDescription: "a query", arguments: ["-d", question()], path: GatewayFixture.path + "?a=b",
                shows: [text]),
            Row(testDescription: "no JSON", arguments: ["-d", "a=b"], status: 400, shows: ["invalid_request_error"]),
        ]

        @Test("curl gets its answer", .enabled(if: isInstalled), arguments: rows)
        func answers(_ row: Row) async throws {
            let fixture = try await GatewayFixture(Script())
            let run = try Self.run(
                ["-i", "-w", "\nstatus %{http_code}"] + row.arguments + [fixture.gateway.address + row.path],
                input: row.input)
            #expect(run.status == row.exit, "\(run.error)")
            #expect(run.output.hasSuffix("\nstatus \(row.status)"), "\(run.output)")
            for text in row.shows { #expect(run.output.contains(text), "\(run.output)") }
            for text in row.hides { #expect(!run.output.contains(text), "\(run.output)") }
            await fixture.end()
        }

        @Test("One connection serves curl's requests one after the other, errors among them", .enabled(if: isInstalled))
        func reuse() async throws {
            let fixture = try await GatewayFixture(Script())
            let address = fixture.gateway.address
            let plain = ["-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n"]
            let run = try Self.run(
                plain + ["-d", question(), address + GatewayFixture.path]
                    + ["--next"] + plain + ["-d", question(stream: true), address + GatewayFixture.path]
                    + ["--next"] + plain + ["-d", "{", address + GatewayFixture.path]
                    + ["--next"] + plain + ["-I", address + "/v1/models"]
                    + ["--next"] + plain + [address + "/v1/nothing"])
            #expect(run.output == "200 1\n200 0\n400 0\n200 0\n404 0\n")
            await fixture.end()
        }

        @Test("A curl that gives up cancels its request upstream", .enabled(if: isInstalled))
        func timeout() async throws {
            let fixture = try await GatewayFixture(Script(fault: .noAnswer))
            let run = try Self.run(["-m", "0.3", "-d", question(), fixture.gateway.address + GatewayFixture.path])
            #expect(run.status == 28)
            #expect(await fixture.providers[0].waitForPeerClose() != nil)
            await eventually { fixture.router.metrics.cancelled == 1 }
            await fixture.end()
        }
    }
}
