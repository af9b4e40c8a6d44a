"""Processes that are measured, and what the kernel says of them."""

import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
QUESTION = b'{"model":"bench","messages":[{"role":"user","content":"Why is the sky blue?"}]}'
ASK = (b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
       b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(QUESTION)) + QUESTION


class Failure(Exception):
    """A figure that could not be had, and why."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(ASK)
            return client.recv(64).startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
    except OSError:
        return False


class Running:
    """A gateway in front of a double, from its spawn on, with its children."""

    def __init__(self, contender, folder, upstream, limit=60):
        port = free_port()
        command, extra = contender.start(folder, upstream, port)
        self.log = open(Path(folder) / f"{contender.name}.log", "wb")
        self.url = f"http://127.0.0.1:{port}/v1"
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env={**os.environ, **extra})
        while not answers(port):
            if self.process.poll() is not None or time.monotonic() - begun > limit:
                self.end()
                raise Failure(f"{contender.name} gave no answer; see {self.log.name}")
            time.sleep(0.001)
        self.start_ms = (time.monotonic() - begun) * 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def _tree(self):
        found, at = [self.process.pid], 0
        while at < len(found):
            for task in Path(f"/proc/{found[at]}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
            at += 1
        return found

    def cpu_us(self):
        """Of all of its processes, user and system; in steps of the kernel's tick."""
        total = 0
        for process in self._tree():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK * 1e6

    def memory_kb(self, name="VmRSS"):
        status = (Path(f"/proc/{process}/status").read_text() for process in self._tree())
        return sum(int(re.search(rf"{name}:\s+(\d+)", text)[1]) for text in status)

    def forget_peak(self):
        for process in self._tree():
            Path(f"/proc/{process}/clear_refs").write_text("5")


class Double:
    """The provider double, in a process of its own."""

    def __init__(self, bench, *options):
        self.process = subprocess.Popen(
            [bench, "double", *map(str, options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.port = int(re.search(r":(\d+)/", self.url)[1])

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def load(bench, kind, url, *options, while_running=None):
    """Runs a load of cascade-bench's bare C loop and returns its figures."""
    command = [bench, kind, "--engine", "curl", "--upstream", url, "--json", *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while while_running and process.poll() is None:
        while_running()
        time.sleep(0.05)
    output, error = process.communicate()
    if process.returncode != 0:
        raise Failure(f"{kind}: {error.strip() or output.strip()[:200]}")
    return json.loads(output)
