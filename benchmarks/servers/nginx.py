"""Debian's nginx: a small file, and as a proxy that opens a connection for every request."""

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.benchmark import WITH_NOISE, Benchmark, Better, Rules, Series
from benchmarks.calls import starts
from benchmarks.servers.wrk import requests_per_second
from benchmarks.stage import Stage
from benchmarks.trial import Trial, serving
from outrider.model.pattern import quote

PROGRAM = Path("/usr/sbin/nginx")
PAGE = "<!doctype html><title>outrider</title>" + "<p>A small page, as small pages are.</p>" * 20
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 256; }}
http {{
  access_log access.log;
  {temporary}
  keepalive_requests 1000000;
  upstream behind {{ server 127.0.0.1:{behind}; }}
  server {{ listen 127.0.0.1:{front}; root html; location /through/ {{ proxy_pass http://behind/; }} }}
  server {{ listen 127.0.0.1:{behind}; root html; access_log off; }}
}}
"""


def _prefix(stage: Stage) -> Path:
    return stage.work / "nginx"


def _ports(stage: Stage) -> tuple[int, int]:
    return stage.port("nginx"), stage.port("nginx-behind")


def _configure(stage: Stage) -> Path:
    """Write what nginx reads; return its prefix."""
    prefix = _prefix(stage)
    (prefix / "html").mkdir(parents=True, exist_ok=True)
    (prefix / "html" / "index.html").write_text(PAGE)
    front, behind = _ports(stage)
    temporary = " ".join(f"{name}_temp_path {name};" for name in TEMPORARY)
    (prefix / "nginx.conf").write_text(CONFIGURATION.format(front=front, behind=behind, temporary=temporary))
    return prefix


def _rules(stage: Stage) -> Rules:
    """What nginx does while it starts and serves."""
    front, behind = _ports(stage)
    own = quote(str(_prefix(stage)))
    written = ("nginx.pid", "error.log", "access.log", *TEMPORARY)
    here = {"address": "127.0.0.1/32", "protocol": "tcp"}
    return [
        *starts(PROGRAM),
        *({"kind": "bind", **here, "port": str(port)} for port in (front, behind)),
        {"kind": "connect", **here, "port": str(behind)},
        *({"kind": "write", "target": f"{own}/{name}"} for name in written),
    ]


def _once(path: str, *headers: str) -> Callable[[Trial], Sequence[float]]:
    def once(trial: Trial) -> Sequence[float]:
        stage = trial.stage
        prefix = _configure(stage)
        command = trial.wrap(PROGRAM, "-p", prefix, "-c", prefix / "nginx.conf", "-e", prefix / "error.log")
        with serving(command, _ports(stage), prefix):
            return (requests_per_second(stage, _ports(stage)[0], path, *headers),)

    return once


NGINX = Benchmark(
    name="nginx",
    series=(Series("requests", "nginx, small file, keep-alive", "requests/s", Better.HIGHER),),
    once=_once("/"),
    rules=_rules,
    variants=WITH_NOISE,
    needs=("nginx", "wrk"),
)
NGINX_CLOSE = Benchmark(
    name="nginx-close",
    series=(Series("requests", "nginx, small file, a connection a request", "requests/s", Better.HIGHER),),
    once=_once("/", "Connection: close"),
    rules=_rules,
    variants=WITH_NOISE,
    needs=("nginx", "wrk"),
)
NGINX_PROXY = Benchmark(
    name="nginx-proxy",
    series=(Series("requests", "nginx as proxy, one connect a request", "requests/s", Better.HIGHER),),
    once=_once("/through/"),
    rules=_rules,
    variants=WITH_NOISE,
    needs=("nginx", "wrk"),
)
