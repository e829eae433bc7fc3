"""Prometheus scrapes itself, answers queries, reloads and takes snapshots."""

from demo.programs.program import File, Program
from demo.programs.visitor import Visitor

_CONFIG = """
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: self
    static_configs: [{targets: ["127.0.0.1:9090"]}]
"""


def _load(visitor: Visitor) -> None:
    visitor.life.wait("a scrape", lambda: b'"1"' in visitor.fetch("/api/v1/query?query=up")[1])
    for _ in range(20):
        visitor.get("/api/v1/query?query=up", b"success")
        visitor.get("/metrics", b"prometheus_build_info")
        visitor.get("/api/v1/targets", b"self")
    visitor.run("curl", "-sS", "http://127.0.0.1:9090/-/healthy", wanted="Healthy")


def _rare(visitor: Visitor) -> None:
    visitor.post("/-/reload", b" ", b"")
    visitor.post("/api/v1/admin/tsdb/snapshot", b" ", b"success")
    visitor.life.signal("HUP")


PROGRAM = Program(
    name="prometheus",
    package="prometheus",
    command=(
        *("prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--web.enable-lifecycle"),
        *("--web.enable-admin-api", "--storage.tsdb.path=/var/lib/prometheus/metrics2"),
    ),
    user="prometheus",
    port=9090,
    load=_load,
    rare=_rare,
    files=(File("/etc/prometheus/prometheus.yml", _CONFIG),),
    prepare=("install -d -o prometheus -g prometheus /var/lib/prometheus",),
)
