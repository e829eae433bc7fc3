"""BIND answers for a zone, over UDP and TCP, takes updates and hands the zone over."""

from demo.programs.program import File, Program
from demo.programs.visitor import Visitor, client

_CONFIG = """
options {
  directory "/var/cache/bind";
  recursion no;
  dnssec-validation no;
  listen-on { 127.0.0.1; };
  listen-on-v6 { none; };
  allow-transfer { 127.0.0.1; };
};
include "/etc/bind/rndc.key";
controls { inet 127.0.0.1 allow { 127.0.0.1; } keys { "rndc-key"; }; };
zone "example.test" { type primary; file "/var/lib/bind/example.test"; allow-update { 127.0.0.1; }; };
"""
_ZONE = """$TTL 60
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
www IN A 192.0.2.1
www IN AAAA 2001:db8::1
alias IN CNAME www
text IN TXT "an ordinary text"
"""
_DIG = ("dig", "@127.0.0.1", "+tries=1", "+time=5")


def _load(visitor: Visitor) -> None:
    for name, kind, wanted in (
        ("www", "A", "192.0.2.1"),
        ("www", "AAAA", "2001:db8::1"),
        ("alias", "A", "192.0.2.1"),
        ("text", "TXT", "ordinary"),
        ("no-such-name", "A", "NXDOMAIN"),
    ):
        visitor.run(*_DIG, f"{name}.example.test", kind, wanted=wanted)
        visitor.run(*_DIG, "+tcp", f"{name}.example.test", kind, wanted=wanted)
    visitor.run(*_DIG, "example.org", wanted="REFUSED")
    visitor.run(*_DIG, "example.test", "AXFR", wanted="XFR size")
    update = f"server 127.0.0.1\nupdate add n{visitor.round}.example.test 60 A 192.0.2.9\nsend\n"
    visitor.run("nsupdate", given=update)
    visitor.run(*_DIG, f"n{visitor.round}.example.test", wanted="192.0.2.9")


def _rare(visitor: Visitor) -> None:
    for words in (("reload",), ("sync", "-clean"), ("status",)):
        visitor.run("rndc", *words)
    visitor.life.signal("HUP")
    visitor.life.wait(
        "the zone again", lambda: "192.0.2.1" in client(visitor.life, (*_DIG, "www.example.test")).stdout
    )


PROGRAM = Program(
    name="bind9",
    package="bind9",
    command=("named", "-f", "-u", "bind"),
    port=53,
    load=_load,
    rare=_rare,
    files=(File("/etc/bind/named.conf", _CONFIG), File("/var/lib/bind/example.test", _ZONE, owner="bind")),
    prepare=(
        "test -f /etc/bind/rndc.key || rndc-confgen -a; chown bind /etc/bind/rndc.key; mkdir -p /run/named",
        "chown bind: /run/named",
    ),
)
