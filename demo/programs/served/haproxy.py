"""HAProxy between visitors and an origin, with checks of its back ends, statistics and reloads."""

from demo.programs.program import File, Program
from demo.programs.visitor import Visitor

_CONFIG = """
global
  user haproxy
  group haproxy
  stats socket /run/haproxy/admin.sock mode 660 level admin
  log stdout format raw local0
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend all
  bind :8080
  stats enable
  stats uri /stats
  default_backend origin
backend origin
  balance roundrobin
  server one 10.0.0.5:80 check inter 500
  server two origin.example.com:8081 check inter 500
"""


def _load(visitor: Visitor) -> None:
    for number in range(20):
        visitor.get(f"/page/{number}", b"origin")
    visitor.get("/stats", b"Statistics Report")
    visitor.run(
        *"ab -q -n 300 -c 10 http://127.0.0.1:8080/ab".split(),
        wanted="Complete requests:      300",
        times=300,
    )


def _rare(visitor: Visitor) -> None:
    visitor.life.signal("USR2")  # the master starts itself anew, new workers take over
    visitor.life.wait("the new worker", lambda: visitor.fetch("/again")[0] == 200)


PROGRAM = Program(
    name="haproxy",
    package="haproxy",
    command=("haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"),
    port=8080,
    load=_load,
    rare=_rare,
    files=(File("/etc/haproxy/haproxy.cfg", _CONFIG),),
    prepare=("install -d -o haproxy -g haproxy /run/haproxy",),
    # its workers may not fork: the master is taken
)
