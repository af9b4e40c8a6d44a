"""Medians, targets and their verdicts, and the table."""

import statistics

COLUMNS = [
    ("plain_rps", "plain, req/s", 0), ("plain_cpu_us", "CPU, µs", 0), ("stream_rps", "32 chunks, req/s", 0),
    ("stream_cpu_us", "CPU, µs", 0), ("p50_us", "p50 at 800/s, µs", 0), ("p99_us", "p99, µs", 0),
    ("idle_kb", "idle, MB", 1), ("stream_kb", "held stream, KB", 1), ("bodies_peak_mib", "bodies, MiB", 0),
    ("bodies_after_mib", "10 s later, MiB", 0), ("start_ms", "start, ms", 0),
]


def summary(rounds):
    """Of each figure: median, least and most."""
    names = {name for figures in rounds for name in figures}
    values = {name: [figures[name] for figures in rounds if name in figures] for name in names}
    return {name: (statistics.median(of), min(of), max(of)) for name, of in values.items()}


class Target:
    """What is asked of cascade: `read` takes the medians by gateway; `sign` 1: the more the better."""

    def __init__(self, title, floor, aim, unit, read, sign=-1):
        self.title, self.floor, self.aim, self.unit, self.read, self.sign = title, floor, aim, unit, read, sign

    def verdict(self, medians):
        try:
            value = self.read(medians)
        except KeyError as missing:
            return None, f"            {self.title}: not measured, there is no {missing.args[0]}"
        sign = "≥" if self.sign > 0 else "≤"
        said = f"{self.title}  {value:.2f}{self.unit}, floor {sign} {self.floor:g}, aim {sign} {self.aim:g}"
        if value * self.sign < self.floor * self.sign:
            return False, f"MISSED       {said}"
        return True, f"kept  {'aim  ' if value * self.sign >= self.aim * self.sign else 'floor'}  {said}"


def ratio(name, rival="envoy"):
    return lambda medians: medians["cascade"][name] / medians[rival][name]


def own(name, scale=1.0):
    return lambda medians: medians["cascade"][name] * scale


def added(name):
    return lambda medians: (medians["cascade"][name] - medians["double"][name]) / 1000


TARGETS = [
    Target("plain requests, throughput against Envoy", 1.2, 2.0, "×", ratio("plain_rps"), 1),
    Target("plain requests, CPU against Envoy", 0.8, 0.5, "×", ratio("plain_cpu_us")),
    Target("streams of 32 chunks, throughput against Envoy", 1.0, 1.8, "×", ratio("stream_rps"), 1),
    Target("streams of 32 chunks, CPU against Envoy", 1.0, 0.55, "×", ratio("stream_cpu_us")),
    Target("resident when idle", 30, 12, " MB", own("idle_kb", 1 / 1024)),
    Target("resident for each of 1,000 held streams", 54, 32, " KB", own("stream_kb")),
    Target("added latency, p50", 0.5, 0.2, " ms", added("p50_us")),
    Target("added latency, p99", 3, 1, " ms", added("p99_us")),
    Target("1,500 bodies of 150 KB at once, peak", 315, 250, " MiB", own("bodies_peak_mib")),
    Target("the same 10 s later", 60, 25, " MiB", own("bodies_after_mib")),
    Target("start to the first 200", 150, 40, " ms", own("start_ms")),
]


def cell(figures, name, decimals):
    if name not in figures:
        return "–"
    scale = 1 / 1024 if name == "idle_kb" else 1
    middle, least, most = (value * scale for value in figures[name])
    return f"{middle:,.{decimals}f} ({least:,.{decimals}f}–{most:,.{decimals}f})"


def table(summaries):
    lines = ["| | " + " | ".join(title for _, title, _ in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, figures in summaries.items():
        lines.append(f"| {name} | " + " | ".join(cell(figures, key, decimals) for key, _, decimals in COLUMNS) + " |")
    return "\n".join(lines)


def verdicts(summaries):
    """Lines to show, the last of which counts them, and whether every floor that was measured holds."""
    medians = {gateway: {name: value[0] for name, value in figures.items()} for gateway, figures in summaries.items()}
    told = [target.verdict(medians) for target in TARGETS]
    kept = sum(held is True for held, _ in told)
    aims = sum(text.startswith("kept  aim") for _, text in told)
    lines = [text for _, text in told] + [f"{kept} of {len(told)} floors and {aims} of {len(told)} aims are reached."]
    return lines, all(held is not False for held, _ in told)
