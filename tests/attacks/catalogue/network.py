"""Ways out, and doors."""

from typing import Any

from attacks.attack import Act, Area, Attack
from attacks.harness.proofs import answers_text, attacker_has
from attacks.harness.rules import ANYWHERE, SHELL

SECRET = b"wJalrXUtnFEMI"
SECRET_IN_HEX = SECRET.hex().encode()


def _network(name: str, title: str, file: str, act: Act, **more: Any) -> Attack:
    said = {"technique": "T1041", "proof": attacker_has(SECRET)} | more
    return Attack(id=name, title=title, area=Area.NETWORK, file=file, act=act, **said)


ATTACKS = (
    _network(
        "reverse-shell",
        "a reverse shell in Python alone: socket, dup2, pty",
        "python/reverse_shell.py",
        Act("connect", r"127\.0\.0\.66", r"reverse_shell\.py:\d+ attack"),
        technique="T1059.006",
        proof=attacker_has(b"uid="),
    ),
    _network(
        "reverse-shell-anywhere",
        "the same, in a function that may connect anywhere",
        "python/reverse_shell.py",
        Act("exec", SHELL, r"reverse_shell\.py:\d+ attack"),
        technique="T1059.006",
        proof=attacker_has(b"uid="),
        allowed=ANYWHERE,
    ),
    _network(
        "exfiltration-http",
        "an unlearned host, by the standard library",
        "python/exfiltrate_http.py",
        Act("connect", r"127\.0\.0\.66", r"exfiltrate_http\.py:\d+ attack"),
    ),
    _network(
        "exfiltration-udp",
        "one datagram",
        "python/exfiltrate_udp.py",
        Act("connect", r"127\.0\.0\.66", r"exfiltrate_udp\.py:\d+ attack"),
    ),
    _network(
        "exfiltration-sendmsg",
        "a datagram by sendmsg()",
        "python/exfiltrate_sendmsg.py",
        Act("connect", r"127\.0\.0\.66", r"exfiltrate_sendmsg\.py:\d+ attack"),
    ),
    _network(
        "exfiltration-fastopen",
        "TCP without connect(): MSG_FASTOPEN",
        "python/exfiltrate_fastopen.py",
        Act("connect", r"127\.0\.0\.66", r"exfiltrate_fastopen\.py:\d+ attack"),
    ),
    _network(
        "dns-packets",
        "a DNS tunnel of the attacker's own packets",
        "python/dns_packets.py",
        Act("connect", r"127\.0\.0\.66", r"dns_packets\.py:\d+ attack"),
        technique="T1071.004",
        proof=attacker_has(SECRET_IN_HEX),
    ),
    _network(
        "dns-lookup",
        "a DNS tunnel by getaddrinfo()",
        "python/dns_lookup.py",
        Act("resolve", r"evil\.example", r"dns_lookup\.py:\d+ attack"),
        technique="T1071.004",
        proof=attacker_has(SECRET_IN_HEX),
        needs_root=True,
    ),
    _network(
        "unlearned-name",
        "a host nobody has talked to before, by name",
        "python/unlearned_name.py",
        Act("resolve", r"evil\.example", r"unlearned_name\.py:\d+ attack"),
        needs_root=True,
    ),
    _network(
        "bind-shell",
        "a port on which a shell waits",
        "python/bind_shell.py",
        Act("bind", r"127\.0\.0\.1", r"bind_shell\.py:\d+ attack"),
        technique="T1059.004",
        proof=answers_text("shell on a port"),
    ),
    _network(
        "miner-in-process",
        "a miner without a program: a fork that hashes and reports",
        "python/miner_in_process.py",
        Act("connect", r"127\.0\.0\.66", r"miner_in_process\.py:\d+ attack"),
        technique="T1496",
        proof=attacker_has(b"mining.subscribe"),
    ),
    _network(
        "node-reverse-shell",
        "a reverse shell in Node",
        "node/reverse_shell.js",
        Act("connect", r"127\.0\.0\.66", r"reverse_shell\.js:\d+"),
        technique="T1059.007",
        proof=attacker_has(b"uid="),
    ),
    _network(
        "node-dns-tunnel",
        "a DNS tunnel by c-ares",
        "node/dns_tunnel.js",
        Act("connect", r"127\.0\.0\.66"),
        technique="T1071.004",
        proof=attacker_has(SECRET_IN_HEX),
    ),
    _network(
        "java-exfiltration",
        "a socket in Java",
        "java/Exfiltrate.java",
        Act("connect", r"127\.0\.0\.66"),
    ),
    _network(
        "ruby-exfiltration",
        "Net::HTTP to an unlearned host",
        "ruby/exfiltrate.rb",
        Act("connect", r"127\.0\.0\.66"),
    ),
)
