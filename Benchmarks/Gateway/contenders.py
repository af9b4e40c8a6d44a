"""The gateways that are measured, and how each is started: one worker, no retries, no logs where it can be told so."""

import shutil
from pathlib import Path

ENVOY = """\
static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{match: {{prefix: "/"}}, route: {{cluster: upstream, timeout: 0s}}}}]
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: upstream
    type: STATIC
    connect_timeout: 5s
    circuit_breakers:
      thresholds: [{{max_connections: 10000, max_pending_requests: 10000, max_requests: 10000}}]
    load_assignment:
      cluster_name: upstream
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {upstream}}}}}}}
"""

CASCADE = """\
providers:
  - name: double
    enabled: true
    type: openai
    base_url: http://127.0.0.1:{upstream}/v1
    api_key: none
    models: [{{name: bench}}]
"""

LITELLM = """\
model_list:
  - model_name: bench
    litellm_params: {{model: openai/bench, api_base: "http://127.0.0.1:{upstream}/v1", api_key: none}}
router_settings: {{num_retries: 0}}
"""

FERRO = """\
strategy: {mode: single}
targets: [{virtual_key: openai}]
aliases: {bench: gpt-4o-mini}
"""


class Contender:
    """A gateway by name. `share` is the part of the requests that it is asked, for those that take long over one;
    `is_rival`: targets are about it."""

    def __init__(self, name, share=1.0):
        self.name = name
        self.share = share
        self.is_rival = name in ("cascade", "envoy")
        self.program = shutil.which(name)

    def start(self, folder, upstream, port):
        """The command and what its environment has beside ours, for a double and a port to listen on."""
        path = Path(folder) / f"{self.name}.yaml"
        path.touch(mode=0o600)
        return getattr(self, self.name.replace("-", "_"))(path, upstream, port)

    def cascade(self, path, upstream, port):
        path.write_text(CASCADE.format(upstream=upstream))
        return [self.program, "serve", "--config", path, "--port", str(port)], {}

    def envoy(self, path, upstream, port):
        path.write_text(ENVOY.format(upstream=upstream, port=port))
        return [self.program, "-c", path, "--concurrency", "1", "--log-level", "off", "--disable-hot-restart"], {}

    def vllm_router(self, path, upstream, port):
        return [self.program, "--worker-urls", f"http://127.0.0.1:{upstream}", "--host", "127.0.0.1", "--port",
                str(port), "--policy", "round_robin", "--disable-retries", "--disable-circuit-breaker"], {}

    def sglang_router(self, path, upstream, port):
        command, extra = self.vllm_router(path, upstream, port)
        return [command[0], "launch", *command[1:]], extra

    def litellm(self, path, upstream, port):
        path.write_text(LITELLM.format(upstream=upstream))
        return [self.program, "--config", path, "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"], {}

    def ferrogw(self, path, upstream, port):
        path.write_text(FERRO)
        return [self.program], {
            "GATEWAY_CONFIG": str(path), "PORT": str(port), "OPENAI_API_KEY": "none", "LOG_LEVEL": "error",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream}", "ALLOW_UNAUTHENTICATED_PROXY": "true",
            "RATE_LIMIT_RPS": "1000000", "RATE_LIMIT_BURST": "1000000"}


ALL = [Contender("cascade"), Contender("envoy"), Contender("vllm-router", 0.5), Contender("sglang-router", 0.25),
       Contender("ferrogw", 0.25), Contender("litellm", 0.02)]
