"""Squid fetches for its clients, from its cache where it can."""

from demo.programs.program import File, Program
from demo.programs.visitor import Visitor

_CONFIG = """
http_port 3128
acl task src 127.0.0.1/32
http_access allow task
http_access deny all
cache_dir ufs /var/spool/squid 100 16 16
access_log daemon:/var/log/squid/access.log squid
shutdown_lifetime 1 seconds
hosts_file /etc/hosts
"""


def _load(visitor: Visitor) -> None:
    for number in range(20):
        visitor.get(f"http://10.0.0.5/plain/{visitor.round}/{number}", b"origin 80")
        visitor.get(f"http://origin.example.com:8081/cached/{visitor.round}/{number}", b"origin 8081")
        visitor.get(f"http://origin.example.com:8081/cached/{visitor.round}/{number}", b"origin 8081")
    through = ("curl", "-sS", "--proxytunnel", "--proxy", "http://127.0.0.1:3128")
    visitor.run(*through, "http://10.0.0.5:80/tunnel", wanted="CONNECT" if visitor.round < 0 else "")


def _rare(visitor: Visitor) -> None:
    visitor.life.signal("USR1", "(squid-1)")  # logs are put aside
    visitor.life.signal("HUP", "(squid-1)")
    visitor.life.wait("squid again", lambda: visitor.fetch("http://10.0.0.5/again")[0] == 200)


PROGRAM = Program(
    name="squid",
    package="squid",
    command=("squid", "--foreground"),
    port=3128,
    load=_load,
    rare=_rare,
    files=(File("/etc/squid/squid.conf", _CONFIG),),
    prepare=("squid -z --foreground; rm -f /run/squid.pid",),
    victim="(squid-1)",
)
