import Foundation
import Testing

@testable import CascadeGateway

extension GatewayTests {
    @Suite struct OperationsUnits {
        @Test("A time is written as RFC 3339 has it, at the ends of months, years and leap years")
        func times() throws {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            for text in [
                "1970-01-01T00:00:00.000Z", "1999-12-31T23:59:59.999Z", "2000-02-29T12:00:00.001Z",
                "2024-02-29T00:00:00.000Z", "2026-03-01T01:02:03.040Z", "2099-12-31T23:59:59.500Z",
                "2100-03-01T00:00:00.000Z",
            ] {
                let milliseconds = try (Date(text, strategy: style).timeIntervalSince1970 * 1_000).rounded()
                let time = WallTime(nanoseconds: Int64(milliseconds) * 1_000_000)
                #expect(String(decoding: time.text(), as: UTF8.self) == text)
            }
        }

        @Test(
            "A trace is taken from a sound traceparent alone",
            arguments: [
                ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
                ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true),
                ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false),
                ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
                ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
                ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
                ("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", false), ("00-x", false), ("", false),
            ])
        func parents(_ field: String, isSound: Bool) {
            #expect(TraceParent.traceID(of: field) == (isSound ? "4bf92f3577b34da6a3ce929d0e0e4736" : nil))
        }

        @Test("A time is counted in the first bucket that it fits")
        func buckets() {
            var histogram = TimeHistogram(bounds: [10, 20, 40])
            for time in [0, 10, 11, 20, 40, 41, 1 << 40] as [UInt64] { histogram.record(microseconds: time) }
            #expect(histogram.counts == [2, 2, 1, 2])
            var other = TimeHistogram(bounds: [10, 20, 40])
            other.record(microseconds: 15)
            histogram.add(other)
            #expect(histogram.counts == [2, 3, 1, 2])
            #expect(histogram.count == 8)
        }

        @Test("What is not a number has its own words")
        func numbers() {
            var text = PrometheusText()
            text.family("a", .gauge, #"one \ "#)
            text.sample(["l": "q\"b\\n\n"], Double.infinity)
            text.sample(-0.5)
            text.sample(["l": "nan"], Double.nan)
            text.sample(["l": "small"], 1e-7)
            text.sample(["l": "whole"], 3.0)
            #expect(
                String(decoding: text.bytes, as: UTF8.self) == #"""
                    # HELP a one \\ 
                    # TYPE a gauge
                    a{l="q\"b\\n\n"} +Inf
                    a -0.5
                    a{l="nan"} NaN
                    a{l="small"} 1e-07
                    a{l="whole"} 3

                    """#)
        }
    }
}
