"""Policy documents, as plain values: what the valid blobs are compiled from."""

from typing import Any

BLOCK_ALL = dict.fromkeys(("exec", "connect", "bind", "write", "syscall"), "block")
ALLOW_ALL = dict.fromkeys(BLOCK_ALL, "allow")
ALERT_ALL = dict.fromkeys(BLOCK_ALL, "alert")


def document(
    *rules: dict[str, Any], counter: int = 1, workload: str = "shop", **settings: Any
) -> dict[str, Any]:
    """One container, `web`, in block mode with everything else blocked, unless said otherwise."""
    container = {"mode": "block", "defaults": BLOCK_ALL} | settings
    container["rules"] = [{"action": "allow", "why": "a vector"} | rule for rule in rules]
    return {"version": 1, "workload": workload, "counter": counter, "containers": {"web": container}}


EXEC = {"kind": "exec", "program": "/usr/sbin/nginx", "target": "/bin/sh"}
SHOP = (
    EXEC,
    {
        "kind": "connect",
        "program": "/usr/bin/python3.11",
        "address": "10.0.0.0/8",
        "port": "5432",
        "protocol": "tcp",
    },
    {"kind": "bind", "address": "0.0.0.0/0", "port": "8080"},
    {"kind": "write", "program": "/usr/bin/python3.11", "target": "/tmp/**"},
    {"kind": "syscall", "program": "/usr/bin/python3.11", "name": "memfd_create"},
)
HASH = "".join(f"{place:02x}" for place in range(32))
HASHED = (
    *SHOP,
    {"kind": "exec", "target": "/opt/tool", "sha256": HASH},
    {"kind": "write", "target": "/srv/**"},
)
"""What the broken blobs are made of."""

ARGUED = (
    {"kind": "exec", "target": "/usr/bin/python3*", "arguments": ["-m", "gunicorn", "**"]},
    {"kind": "exec", "target": "/bin/sh", "arguments": ["-c", "**"], "action": "block"},
    {"kind": "exec", "target": "/bin/sh", "arguments": []},
    {"kind": "exec", "target": "/bin/dash", "arguments": [""]},
    {"kind": "exec", "target": "/bin/ash", "arguments": ["-c"]},
    {"kind": "exec", "target": "/bin/true"},
)
FUNCTION = (
    {"kind": "connect", "name": "sqs.eu-west-1.amazonaws.com", "port": "443", "protocol": "tcp"},
    {"kind": "connect", "name": "*.s3.eu-west-1.amazonaws.com"},
    {"kind": "resolve", "name": "*.example.com", "program": "/var/lang/bin/python3.13"},
    {"kind": "exec", "target": "/opt/tool", "sha256": HASH},
    {"kind": "read", "target": "/proc/*/environ", "action": "block"},
    {"kind": "load", "target": "[anonymous]"},
    {"kind": "load", "target": "pickle:os.*", "action": "block"},
    {"kind": "invoke", "source": "aws:sqs", "keys": "Records"},
    {"kind": "invoke", "source": "direct"},
)

VALID: dict[str, dict[str, Any]] = {
    "no-rules": document(),
    "learning": document(mode="alert", report_allowed=True, defaults=ALLOW_ALL, counter=0),
    "shop": document(*SHOP, counter=3),
    "alert-mode": document(*SHOP, mode="alert", defaults=ALERT_ALL),
    "mixed-defaults": document(
        EXEC,
        defaults={"exec": "block", "connect": "alert", "bind": "allow", "write": "alert", "syscall": "block"},
    ),
    "every-action": document(*({**EXEC, "action": action} for action in ("allow", "alert", "block"))),
    "any-address": document({"kind": "connect"}, {"kind": "bind"}),
    "port-of-any-address": document({"kind": "connect", "port": "443", "protocol": "tcp"}),
    "ipv6": document(
        {"kind": "connect", "address": "2001:db8::/32", "port": "443"},
        {"kind": "bind", "address": "::/0", "port": "1-65535", "protocol": "udp"},
        {"kind": "connect", "address": "::1/128"},
    ),
    "prefixes": document(
        *(
            {"kind": "connect", "address": address}
            for address in ("0.0.0.0/0", "128.0.0.0/1", "10.64.0.0/10")
        ),
        *(
            {"kind": "connect", "address": address}
            for address in ("10.1.2.3/32", "fe80::/10", "2001:db8::2/127")
        ),
    ),
    "unix-sockets": document(
        {"kind": "connect", "path": "/run/*.sock"},
        {"kind": "bind", "path": "@**"},
        {"kind": "connect", "path": "@\\*"},
    ),
    "any-syscall": document({"kind": "syscall", "name": "*"}, {"kind": "syscall", "name": "ptrace"}),
    "utf-8": document({"kind": "write", "program": "/опт/сервер", "target": "/データ/**/naïve?.txt"}),
    "escapes": document(
        {"kind": "write", "target": "/a\\*b\\?c\\\\d"}, {"kind": "exec", "target": "/new\nline"}
    ),
    "longest-pattern": document({"kind": "write", "target": "/" + "x" * 1023}),
    "shared-strings": document(*([EXEC] * 20)),
    "hashed": document(*HASHED, counter=3),
    "function": document(
        *FUNCTION,
        workload="orders",
        report_allowed=True,
        learn={"invocations": 200, "seconds": 3600},
        event={"max_bytes": 262144, "max_depth": 32},
        defaults=BLOCK_ALL | {"resolve": "alert", "read": "allow", "load": "block", "invoke": "block"},
    ),
    "largest-numbers": document(
        learn=dict.fromkeys(("invocations", "seconds"), (1 << 32) - 1),
        event=dict.fromkeys(("max_bytes", "max_depth"), (1 << 32) - 1),
    ),
    "arguments": document(*ARGUED, counter=3),
    "undecided": document(*(rule for rule in FUNCTION if rule["kind"] in ("resolve", "load"))),
    "largest-counter": document(EXEC, counter=(1 << 64) - 1),
    "most-rules": document(*([{"kind": "exec", "target": "/bin/true"}] * 4096)),
}
"""Name → document; each compiles to a blob of the same name."""
