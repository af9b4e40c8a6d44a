"""What is measured of one gateway in one round: figures by name."""

import statistics
import time

from processes import Failure, Running, load

CONNECTIONS = 16
HELD, FIRST_HELD = 1000, 16
HELD_LOOKS = 20
BODIES = 1500
KB = 1024


class Doubles:
    """Who answers: at once, slowly in many pieces, and with large bodies."""

    def __init__(self, make):
        self.quick = make("--chunks", 32)
        self.paced = make("--delay-ms", 100, "--chunks", 1000)
        self.large = make("--body-bytes", 150_000)

    def end(self):
        for double in (self.quick, self.paced, self.large):
            double.end()


class Round:
    def __init__(self, bench, doubles, folder, requests):
        self.bench, self.doubles, self.folder, self.requests = bench, doubles, folder, requests

    def measure(self, contender, say):
        figures, failures = {}, []
        for name, measure in (("quick", self._quick), ("paced", self._paced), ("large", self._large)):
            say(f"{contender.name}: {name}")
            try:
                double = getattr(self.doubles, name)
                with Running(contender, self.folder, double.port) as gateway:
                    figures.setdefault("start_ms", gateway.start_ms)
                    time.sleep(2)
                    measure(contender, gateway, figures)
            except Failure as failure:
                failures.append(str(failure))
        return figures, failures

    def direct(self):
        """The double alone."""
        figures = {}
        self._throughput("plain", self.doubles.quick.url, None, self.requests, figures)
        self._throughput("stream", self.doubles.quick.url, None, self.requests, figures, "--stream")
        self._latency(self.doubles.quick.url, figures)
        return figures

    def _quick(self, contender, gateway, figures):
        figures["idle_kb"] = gateway.memory_kb()
        requests = max(int(self.requests * contender.share), 4 * CONNECTIONS)
        if contender.share >= 0.25:
            self._latency(gateway.url, figures)
        self._throughput("plain", gateway.url, gateway, requests, figures)
        self._throughput("stream", gateway.url, gateway, requests, figures, "--stream")

    def _throughput(self, name, url, gateway, requests, figures, *options):
        before = gateway.cpu_us() if gateway else 0
        got = load(self.bench, "run", url, "--concurrency", CONNECTIONS, "--requests", requests, *options)
        # The warm-up's requests and the one whose answer all others are compared with cost the same.
        sent = requests + max(requests // 10, 4 * CONNECTIONS) + 1
        figures[f"{name}_rps"] = got["rps"]
        if gateway:
            figures[f"{name}_cpu_us"] = (gateway.cpu_us() - before) / sent

    def _latency(self, url, figures):
        """At 800 requests a second over the connections: what each takes, not how many can be had."""
        got = load(self.bench, "run", url, "--concurrency", CONNECTIONS, "--requests", 4000, "--interval-ms", 20,
                   "--stagger-ms", 1)
        figures["p50_us"], figures["p99_us"] = got["p50_us"], got["p99_us"]

    def _paced(self, contender, gateway, figures):
        if contender.share < 0.25:
            return
        idle, seen = gateway.memory_kb(), []
        load(self.bench, "hold", gateway.url, "--streams", HELD, while_running=lambda: seen.append(gateway.memory_kb()))
        # The load ends two seconds after the last stream has begun.
        held = statistics.median(seen[-HELD_LOOKS:])
        figures["held_kb"] = held
        figures["stream_kb"] = (held - idle) / (HELD + FIRST_HELD)

    def _large(self, contender, gateway, figures):
        if contender.share < 0.25:
            return
        gateway.forget_peak()
        load(self.bench, "bodies", gateway.url, "--requests", BODIES)
        figures["bodies_peak_mib"] = gateway.memory_kb("VmHWM") / KB
        time.sleep(10)
        figures["bodies_after_mib"] = gateway.memory_kb() / KB
