"""Acts, and what a policy says of them: decided by reading the documents, not by running our code."""

from typing import Any

from vectors import argument_verdicts, function_verdicts
from vectors.acts import ALERT, ALLOW, BLOCK, Case, address_act, path_act
from vectors.documents import ALERT_ALL, ALLOW_ALL, document
from vectors.globs import GLOBS


def _globs() -> dict[str, Any]:
    """Each pattern is the target of a rule of its own, chosen by the program."""
    rules = [
        {"kind": "write", "program": f"/{place}", "target": pattern, "action": ALERT}
        for place, (pattern, _, _) in enumerate(GLOBS, start=1)
    ]
    cases = []
    for place, (_, yes, no) in enumerate(GLOBS, start=1):
        cases += [path_act("write", f"/{place}", text, ALERT, place) for text in yes]
        cases += [path_act("write", f"/{place}", text, BLOCK, 0) for text in no]
    return {"document": document(*rules), "cases": cases}


OF_IMAGE = [f"{place:02x}" * 32 for place in (0x00, 0x11, 0x7F, 0x80, 0xFF)]
"""Hashes of an image's programs; `22…` and `33…` are of other files."""


def _image_programs(verdict: str, **settings: Any) -> dict[str, Any]:
    """What came with the image, what did not, and rules that say otherwise."""
    rules = (
        {"kind": "exec", "target": "/opt/blocked", "action": BLOCK},
        {"kind": "exec", "target": "/opt/*", "sha256": "22" * 32},
        {"kind": "exec", "target": "/srv/*", "sha256": "33" * 32, "action": ALERT},
        {"kind": "exec", "target": "/bin/alerted", "action": ALERT},
        {"kind": "exec", "target": "/bin/*"},
    )
    alert = settings.get("mode") == "alert"
    other = ALERT if alert or verdict == ALERT else BLOCK
    blocked = ALERT if alert else BLOCK
    by_default = 0 if verdict == BLOCK else 3

    def run(target: str, sha256: str, said: str, rule: int) -> Case:
        return path_act("exec", "/init", target, said, rule) | ({"sha256": sha256} if sha256 else {})

    cases = [run("/bin/sh", sha256, ALLOW, 5) for sha256 in OF_IMAGE]
    cases += [
        run("/bin/sh", "22" * 32, other, 0),
        run("/bin/sh", "", other, 0),
        run("/bin/sh", OF_IMAGE[1].replace("1", "0") + "1", other, 0),
        run("/bin/sh", OF_IMAGE[-1].upper(), other, 0),
        run("/bin/alerted", OF_IMAGE[2], ALERT, 4),
        run("/bin/alerted", "44" * 32, other, 4 if verdict == ALERT else 0),
        run("/opt/tool", "22" * 32, ALLOW, 2),
        run("/opt/blocked", "22" * 32, blocked, 1),
        run("/opt/blocked", "33" * 32, blocked, 1),
        run("/srv/tool", "33" * 32, other, by_default),
        run("/srv/tool", OF_IMAGE[0], blocked, 0),
        path_act("write", "/init", "/bin/sh", blocked, 0),
    ]
    return {
        "document": document(*rules, **settings),
        "programs": {"verdict": verdict, "sha256": OF_IMAGE},
        "cases": cases,
    }


def _foreign(**settings: Any) -> dict[str, Any]:
    """What the platform starts: only rules that name it, and an alert where there is none."""
    rules = (
        {"kind": "exec", "target": "/bin/curl", "action": BLOCK},
        {"kind": "exec", "target": "/bin/true"},
        {"kind": "exec", "program": "[foreign]", "target": "/bin/health"},
        {"kind": "exec", "program": "[foreign]", "target": "/bin/bash", "action": BLOCK},
        {"kind": "exec", "program": "/**", "target": "/bin/sh"},
        {"kind": "exec", "program": "**", "target": "/bin/any"},
    )
    blocked = ALERT if settings.get("mode") == "alert" else BLOCK
    cases = [
        path_act("exec", "[foreign]", "/bin/curl", ALERT, 0),
        path_act("exec", "[foreign]", "/bin/true", ALERT, 0),
        path_act("exec", "[foreign]", "/bin/health", ALLOW, 3),
        path_act("exec", "[foreign]", "/bin/bash", blocked, 4),
        path_act("exec", "[foreign]", "/bin/sh", ALERT, 0),
        path_act("exec", "[foreign]", "/bin/any", ALLOW, 6),
        path_act("exec", "/init", "/bin/curl", blocked, 1),
        path_act("exec", "/init", "/bin/health", blocked, 0),
        path_act("exec", "/init", "/bin/true", ALLOW, 2),
    ]
    hashes = {"verdict": BLOCK, "sha256": OF_IMAGE}
    cases = [case | {"sha256": OF_IMAGE[0] if case["program"] == "/init" else "22" * 32} for case in cases]
    return {"document": document(*rules, **settings), "programs": hashes, "cases": cases}


def _programs() -> dict[str, Any]:
    """Who, what, first match, defaults."""
    rules = (
        {"kind": "exec", "program": "/usr/sbin/nginx", "target": "/bin/sh", "action": BLOCK},
        {"kind": "exec", "program": "/usr/**", "target": "/bin/*"},
        {"kind": "exec", "target": "/bin/true", "action": ALERT},
        {"kind": "exec", "program": "/usr/sbin/nginx", "target": "/bin/sh"},
        {"kind": "write", "program": "/usr/sbin/nginx", "target": "/var/log/nginx/*"},
        {"kind": "syscall", "program": "/usr/bin/node", "name": "memfd_create"},
        {"kind": "syscall", "program": "/usr/bin/gdb", "name": "*", "action": ALERT},
        {"kind": "exec", "program": "/opt/app?", "target": "**"},
    )
    cases = [
        path_act("exec", "/usr/sbin/nginx", "/bin/sh", BLOCK, 1),
        path_act("exec", "/usr/sbin/nginx", "/bin/ls", ALLOW, 2),
        path_act("exec", "/usr/bin/python3.11", "/bin/sh", ALLOW, 2),
        path_act("exec", "/usr/bin/python3.11", "/bin/true", ALLOW, 2),
        path_act("exec", "/sbin/init", "/bin/true", ALERT, 3),
        path_act("exec", "/sbin/init", "/bin/sh", BLOCK, 0),
        path_act("exec", "/usr/bin/python3.11", "/usr/bin/curl", BLOCK, 0),
        path_act("exec", "/usr/sbin/nginx (deleted)", "/bin/sh", ALLOW, 2),
        path_act("exec", "/opt/app1", "/anything/at/all", ALLOW, 8),
        path_act("exec", "/opt/app", "/anything/at/all", BLOCK, 0),
        path_act("write", "/usr/sbin/nginx", "/var/log/nginx/access.log", ALLOW, 5),
        path_act("write", "/usr/sbin/nginx", "/var/log/nginx/old/access.log", BLOCK, 0),
        path_act("write", "/usr/sbin/nginx", "/bin/sh", BLOCK, 0),
        path_act("write", "/usr/bin/tee", "/var/log/nginx/access.log", BLOCK, 0),
        path_act("syscall", "/usr/bin/node", "memfd_create", ALLOW, 6),
        path_act("syscall", "/usr/bin/node", "memfd_create2", BLOCK, 0),
        path_act("syscall", "/usr/bin/node", "memfd_creat", BLOCK, 0),
        path_act("syscall", "/usr/bin/python3.11", "memfd_create", BLOCK, 0),
        path_act("syscall", "/usr/bin/gdb", "ptrace", ALERT, 7),
        path_act("syscall", "/usr/bin/gdb", "memfd_create", ALERT, 7),
    ]
    return {"document": document(*rules), "cases": cases}


def _connect() -> dict[str, Any]:
    """Networks, ports, protocols, sockets."""
    rules = (
        {"kind": "connect", "program": "/app", "address": "10.0.0.0/8", "port": "5432", "protocol": "tcp"},
        {"kind": "connect", "address": "10.1.0.0/16", "action": ALERT},
        {"kind": "connect", "address": "192.168.1.1/32", "port": "8000-9000"},
        {"kind": "connect", "address": "2001:db8::/33", "port": "443", "protocol": "tcp"},
        {"kind": "connect", "address": "fe80::/10", "protocol": "udp"},
        {"kind": "connect", "path": "/run/*.sock"},
        {"kind": "connect", "path": "@evil*", "action": BLOCK},
        {"kind": "connect", "path": "@**"},
        {"kind": "connect", "address": "0.0.0.0/0", "port": "53", "protocol": "udp"},
        {"kind": "connect", "port": "123"},
        {"kind": "connect", "address": "8.0.0.0/7", "action": ALERT},
        {"kind": "connect", "address": "1.2.3.4/31"},
        {"kind": "connect", "address": "::1/128"},
        {"kind": "connect", "protocol": "udp", "port": "0"},
        {"kind": "connect", "program": "/any"},
    )

    def connect(said: str, verdict: str, rule: int, program: str = "/app") -> Case:
        return address_act("connect", said, verdict, rule, program)

    cases = [
        connect("tcp 10.0.0.1 5432", ALLOW, 1),
        connect("tcp 10.255.255.255 5432", ALLOW, 1),
        connect("tcp ::ffff:10.0.0.1 5432", ALLOW, 1),
        connect("tcp 11.0.0.1 5432", BLOCK, 0),
        connect("tcp 9.255.255.255 5432", ALERT, 11),
        connect("udp 10.0.0.1 5432", BLOCK, 0),
        connect("any 10.0.0.1 5432", BLOCK, 0),
        connect("tcp 10.0.0.1 5431", BLOCK, 0),
        connect("tcp 10.0.0.1 5433", BLOCK, 0),
        connect("tcp 10.0.0.1 5432", BLOCK, 0, "/app2"),
        connect("tcp 10.1.2.3 5432", ALLOW, 1),
        connect("tcp 10.1.2.3 80", ALERT, 2),
        connect("udp 10.1.2.3 53", ALERT, 2),
        connect("any 10.1.0.0 0", ALERT, 2),
        connect("tcp 192.168.1.1 8000", ALLOW, 3),
        connect("tcp 192.168.1.1 9000", ALLOW, 3),
        connect("tcp 192.168.1.1 7999", BLOCK, 0),
        connect("tcp 192.168.1.1 9001", BLOCK, 0),
        connect("udp 192.168.1.1 8500", ALLOW, 3),
        connect("tcp 192.168.1.2 8500", BLOCK, 0),
        connect("tcp ::ffff:192.168.1.1 8500", ALLOW, 3),
        connect("tcp 2001:db8::1 443", ALLOW, 4),
        connect("tcp 2001:db8:7fff:ffff::1 443", ALLOW, 4),
        connect("tcp 2001:db8:8000::1 443", BLOCK, 0),
        connect("udp 2001:db8::1 443", BLOCK, 0),
        connect("udp fe80::1 5353", ALLOW, 5),
        connect("udp febf::1 1", ALLOW, 5),
        connect("udp fec0::1 1", BLOCK, 0),
        connect("tcp fe80::1 5353", BLOCK, 0),
        connect("unix /run/app.sock", ALLOW, 6),
        connect("unix /run/.sock", ALLOW, 6),
        connect("unix /run/docker/docker.sock", BLOCK, 0),
        connect("unix @evil", BLOCK, 7),
        connect("unix @evil-one", BLOCK, 7),
        connect("unix @evil/one", ALLOW, 8),
        connect("unix @", ALLOW, 8),
        connect("unix @systemd/notify", ALLOW, 8),
        connect("unix /tmp/evil", BLOCK, 0),
        connect("udp 169.254.169.253 53", ALLOW, 9),
        connect("udp ::ffff:8.8.8.8 53", ALLOW, 9),
        connect("tcp 169.254.169.253 53", BLOCK, 0),
        connect("udp 2001:4860:4860::8888 53", BLOCK, 0),
        connect("udp 216.239.35.0 123", ALLOW, 10),
        connect("tcp 2001:4860::1 123", ALLOW, 10),
        connect("any 2001:4860::1 123", ALLOW, 10),
        connect("unix /var/run/x", BLOCK, 0),
        connect("tcp 8.8.8.8 443", ALERT, 11),
        connect("tcp 9.9.9.9 443", ALERT, 11),
        connect("tcp 10.9.9.9 443", BLOCK, 0),
        connect("tcp 7.9.9.9 443", BLOCK, 0),
        connect("tcp 1.2.3.4 1", ALLOW, 12),
        connect("tcp 1.2.3.5 65535", ALLOW, 12),
        connect("tcp 1.2.3.6 1", BLOCK, 0),
        connect("tcp 1.2.3.3 1", BLOCK, 0),
        connect("tcp ::1 80", ALLOW, 13),
        connect("tcp ::2 80", BLOCK, 0),
        connect("tcp ::ffff:127.0.0.1 80", BLOCK, 0),
        connect("tcp 127.0.0.1 80", BLOCK, 0),
        connect("udp 127.0.0.1 0", ALLOW, 14),
        connect("unix /no/port", ALLOW, 15, "/any"),
        connect("tcp 203.0.113.9 22", ALLOW, 15, "/any"),
        connect("udp 2001:db8:ffff::9 22", ALLOW, 15, "/any"),
        address_act("bind", "tcp 10.0.0.1 5432", BLOCK, 0),
    ]
    return {"document": document(*rules), "cases": cases}


def _bind() -> dict[str, Any]:
    """Listening addresses."""
    rules = (
        {"kind": "bind", "address": "0.0.0.0/0", "port": "8080", "protocol": "tcp"},
        {"kind": "bind", "address": "127.0.0.0/8"},
        {"kind": "bind", "address": "::/128", "port": "0"},
        {"kind": "bind", "address": "::/0", "port": "32768-65535", "protocol": "udp", "action": ALERT},
        {"kind": "bind", "path": "/run/app/**"},
        {"kind": "bind", "address": "0.0.0.0/32", "port": "9000"},
    )

    def bind(said: str, verdict: str, rule: int) -> Case:
        return address_act("bind", said, verdict, rule, "/usr/sbin/nginx")

    cases = [
        bind("tcp 0.0.0.0 8080", ALLOW, 1),
        bind("tcp 10.0.3.7 8080", ALLOW, 1),
        bind("udp 10.0.3.7 8080", BLOCK, 0),
        bind("tcp :: 8080", BLOCK, 0),
        bind("tcp ::ffff:0.0.0.0 8080", ALLOW, 1),
        bind("tcp 127.0.0.1 4444", ALLOW, 2),
        bind("udp 127.255.0.1 1", ALLOW, 2),
        bind("tcp 126.255.255.255 1", BLOCK, 0),
        bind("tcp :: 0", ALLOW, 3),
        bind("tcp :: 1", BLOCK, 0),
        bind("tcp ::1 0", BLOCK, 0),
        bind("udp ::1 32768", ALERT, 4),
        bind("udp :: 65535", ALERT, 4),
        bind("udp :: 32767", BLOCK, 0),
        bind("unix /run/app/a/b.sock", ALLOW, 5),
        bind("unix /run/app", BLOCK, 0),
        bind("tcp 0.0.0.0 9000", ALLOW, 6),
        bind("tcp 0.0.0.1 9000", BLOCK, 0),
        address_act("connect", "tcp 127.0.0.1 4444", BLOCK, 0),
    ]
    return {"document": document(*rules), "cases": cases}


def _alert_mode() -> dict[str, Any]:
    """In alert mode a block verdict is an alert."""
    rules = (
        {"kind": "exec", "target": "/bin/sh", "action": BLOCK},
        {"kind": "exec", "target": "/bin/ls"},
        {"kind": "exec", "target": "/bin/cp", "action": ALERT},
    )
    cases = [
        path_act("exec", "/x", "/bin/sh", ALERT, 1),
        path_act("exec", "/x", "/bin/ls", ALLOW, 2),
        path_act("exec", "/x", "/bin/cp", ALERT, 3),
        path_act("exec", "/x", "/bin/mv", ALERT, 0),
        path_act("write", "/x", "/etc/passwd", ALERT, 0),
        address_act("connect", "tcp 1.1.1.1 1", ALERT, 0),
        path_act("syscall", "/x", "bpf", ALERT, 0),
    ]
    return {"document": document(*rules, mode="alert"), "cases": cases}


def _defaults() -> dict[str, Any]:
    """Each kind has a default of its own."""
    defaults = {"exec": "allow", "connect": "alert", "bind": "block", "write": "alert", "syscall": "allow"}
    cases = [
        path_act("exec", "/x", "/bin/sh", ALLOW, 0),
        address_act("connect", "tcp 1.1.1.1 1", ALERT, 0),
        address_act("connect", "unix @x", ALERT, 0),
        address_act("bind", "tcp 0.0.0.0 1", BLOCK, 0),
        path_act("write", "/x", "/etc/passwd", ALERT, 0),
        path_act("syscall", "/x", "bpf", ALLOW, 0),
    ]
    return {"document": document(defaults=defaults), "cases": cases}


def _learning() -> dict[str, Any]:
    """The built-in policy lets everything through."""
    cases = [
        path_act("exec", "/x", "/bin/sh", ALLOW, 0),
        address_act("connect", "tcp 1.1.1.1 1", ALLOW, 0),
        address_act("bind", "udp :: 1", ALLOW, 0),
        path_act("write", "/x", "/etc/passwd", ALLOW, 0),
        path_act("syscall", "/x", "bpf", ALLOW, 0),
    ]
    return {
        "document": document(mode="block", defaults=ALLOW_ALL, report_allowed=True, counter=0),
        "cases": cases,
    }


def _exceptions() -> dict[str, Any]:
    """A narrow rule before a wide one, and a default that is only an alert."""
    rules = (
        {"kind": "write", "target": "/srv/shop/uploads/*.php", "action": BLOCK},
        {"kind": "write", "program": "/usr/bin/python3.11", "target": "/srv/shop/uploads/**"},
        {"kind": "write", "target": "/srv/**", "action": BLOCK},
    )
    python = "/usr/bin/python3.11"
    cases = [
        path_act("write", python, "/srv/shop/uploads/a.png", ALLOW, 2),
        path_act("write", python, "/srv/shop/uploads/a.php", BLOCK, 1),
        path_act("write", python, "/srv/shop/uploads/x/a.php", ALLOW, 2),
        path_act("write", python, "/srv/shop/index.html", BLOCK, 3),
        path_act("write", "/bin/cp", "/srv/shop/uploads/a.png", BLOCK, 3),
        path_act("write", "/bin/cp", "/etc/passwd", ALERT, 0),
    ]
    return {"document": document(*rules, defaults=ALERT_ALL), "cases": cases}


def _for_a_time() -> dict[str, Any]:
    """Exceptions come first and end by the clock; who knows no time has none."""
    may = {"kind": "exec", "target": "/bin/sh", "action": ALLOW, "why": "debugging"}
    shall = {"kind": "connect", "name": "old.example", "action": BLOCK, "why": "it moves"}
    exceptions = [
        {"owner": "kim", "expires": "2026-12-24T18:00:00Z", "rule": may},
        {"owner": "ops", "expires": "2100-01-01T00:00:00Z", "rule": shall},
    ]
    rules = ({"kind": "exec", "target": "/bin/*", "action": ALERT}, {"kind": "connect", "port": "443"})
    end = 1798135200

    def run(now: int, verdict: str, rule: int) -> Case:
        return path_act("exec", "/init", "/bin/sh", verdict, rule) | {"now": now}

    def connect(now: int, verdict: str, rule: int) -> Case:
        said = address_act("connect", "tcp 1.2.3.4 443", verdict, rule)
        return said | {"now": now, "name": "old.example"}

    cases = [
        run(0, ALERT, 1),
        run(1, ALLOW, 3),
        run(end - 1, ALLOW, 3),
        run(end, ALERT, 1),
        run(end + 1, ALERT, 1),
        run((1 << 32) - 1, ALERT, 1),
        connect(end, BLOCK, 4),
        connect(4102444799, BLOCK, 4),
        connect(4102444800, ALLOW, 2),
        connect(0, ALLOW, 2),
    ]
    return {"document": document(*rules, exceptions=exceptions), "cases": cases}


VERDICTS: dict[str, dict[str, Any]] = {
    "globs": _globs(),
    "programs": _programs(),
    "foreign": _foreign(),
    "foreign-alert-mode": _foreign(mode="alert"),
    "image-programs-blocked": _image_programs(BLOCK),
    "image-programs-alerted": _image_programs(ALERT),
    "image-programs-alert-mode": _image_programs(BLOCK, mode="alert"),
    "connect": _connect(),
    "bind": _bind(),
    "alert-mode": _alert_mode(),
    "defaults": _defaults(),
    "learning": _learning(),
    "exceptions": _exceptions(),
    "for-a-time": _for_a_time(),
    "arguments": argument_verdicts.whole(),
    "arguments-alert-mode": argument_verdicts.whole(mode="alert"),
    "arguments-cut": argument_verdicts.cut(),
    "arguments-of-image": argument_verdicts.of_image(OF_IMAGE),
    "function-names": function_verdicts.names(),
    "function-files": function_verdicts.files(),
    "function-invocations": function_verdicts.invocations(),
    "function-unsaid": function_verdicts.unsaid(),
}
"""Name → document and cases."""
