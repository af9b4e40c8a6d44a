"""Measures cascade serve and the gateways beside it: Scripts/bench-gateway."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import contenders
import report
from loads import Doubles, Round
from processes import Double

BEGIN, END = "<!-- Written by Scripts/bench-gateway --write -->", "<!-- Up to here -->"


def say(text):
    print(text, file=sys.stderr, flush=True)


def line_of(path, name, unknown="unknown"):
    try:
        for line in Path(path).read_text().splitlines():
            if line.startswith(name):
                return line[len(name):].strip(' \t:="')
    except OSError:
        pass
    return unknown


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine(root):
    return {
        "Processor": f"{line_of('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "Memory": f"{int(line_of('/proc/meminfo', 'MemTotal', '0 kB').split()[0]) // 1024:,} MiB",
        "System": line_of("/etc/os-release", "PRETTY_NAME"),
        "Kernel": platform.release(),
        "libmicrohttpd": first_line("pkg-config", "--modversion", "libmicrohttpd"),
        "libcurl": first_line("pkg-config", "--modversion", "libcurl"),
        "Swift": first_line("swift", "--version"),
        "Commit": first_line("git", "-c", "safe.directory=*", "-C", root, "rev-parse", "--short=12", "HEAD"),
    }


def arguments():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench-gateway", description="Compares cascade serve with gateways that are installed.")
    names = [contender.name for contender in contenders.ALL]
    parser.add_argument("--bench", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--command", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--against", default=",".join(names[1:]), metavar="NAMES",
                        help="of " + ", ".join(names[1:]) + "; all that are found on PATH otherwise")
    parser.add_argument("--rounds", type=int, default=3,
                        help="interleaved; figures are their medians (3). But for Envoy the others have one")
    parser.add_argument("--requests", type=int, default=20_000, help="of each throughput, for the quick ones (20000)")
    parser.add_argument("--report", metavar="FOLDER", help="where gateway.json and gateway.md go")
    parser.add_argument("--write", action="store_true", help="put the figures into Benchmarks/GATEWAY.md")
    given = parser.parse_args()
    wanted = [name for name in given.against.split(",") if name]
    for name in wanted:
        if name not in names[1:]:
            parser.error(f"{name} is not a gateway that is known here: {', '.join(names[1:])}")
    if given.rounds < 1 or given.requests < 100:
        parser.error("one round and 100 requests are the least")
    return given, wanted


def chosen(given, wanted):
    found = []
    for contender in contenders.ALL:
        if contender.name == "cascade":
            contender.program = given.command
        elif contender.name not in wanted:
            continue
        elif contender.program is None:
            say(f"{contender.name}: skipped, it is not on PATH")
            continue
        found.append(contender)
    return found


def measure(given, gateways):
    rounds = {"double": [], **{gateway.name: [] for gateway in gateways}}
    doubles = Doubles(lambda *options: Double(given.bench, *options))
    with tempfile.TemporaryDirectory(prefix="bench-gateway.") as folder:
        one = Round(given.bench, doubles, folder, given.requests)
        for number in range(1, given.rounds + 1):
            rounds["double"].append(one.direct())
            for gateway in gateways:
                if number > 1 and not gateway.is_rival:
                    continue
                figures, failures = one.measure(gateway, lambda text: say(f"round {number} of {given.rounds}: {text}"))
                rounds[gateway.name].append(figures)
                for failure in failures:
                    say(f"{gateway.name}: {failure}")
    doubles.end()
    return rounds


def write(root, text):
    """In place of the figures of the last time."""
    path = Path(root) / "Benchmarks" / "GATEWAY.md"
    before, begun, rest = path.read_text().partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        sys.exit(f"{path} lacks its marks, {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def main():
    given, wanted = arguments()
    before = os.getloadavg()
    rounds = measure(given, chosen(given, wanted))
    summaries = {name: report.summary(of) for name, of in rounds.items() if any(of)}
    facts, (lines, holds) = machine(given.root), report.verdicts(summaries)
    facts["Load before"] = " ".join(f"{load:.2f}" for load in before)
    text = "\n".join([f"{name}: {value}" for name, value in facts.items()])
    text = f"```\n{text}\n```\n\n{report.table(summaries)}\n\n```\n" + "\n".join(lines) + "\n```\n"
    print(text)
    if given.report:
        folder = Path(given.report)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "gateway.md").write_text(text)
        figures = {"machine": facts, "rounds": rounds, "verdicts": lines}
        (folder / "gateway.json").write_text(json.dumps(figures, indent=1))
    if given.write:
        write(given.root, text)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
