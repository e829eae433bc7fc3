"""Acts of a function, and what a policy says of them: decided by reading the documents, as in verdicts.py."""

from typing import Any

from vectors.acts import ALERT, ALLOW, BLOCK, Case, address_act, path_act
from vectors.documents import ALLOW_ALL, BLOCK_ALL, HASH, document

PYTHON = "/var/lang/bin/python3.13"
OTHER_HASH = HASH[:-1] + "0"
SQS, S3 = "sqs.eu-west-1.amazonaws.com", "orders.s3.eu-west-1.amazonaws.com"


def named(said: str, name: str, verdict: str, rule: int, program: str = PYTHON) -> Case:
    """A connect to an address that a lookup of `name` has answered."""
    return address_act("connect", said, verdict, rule, program) | {"name": name}


def hashed(target: str, sha256: str, verdict: str, rule: int) -> Case:
    """An exec of a file whose hash is known."""
    return path_act("exec", PYTHON, target, verdict, rule) | {"sha256": sha256}


def resolve(name: str, verdict: str, rule: int, program: str = PYTHON) -> Case:
    """A lookup."""
    return path_act("resolve", program, name, verdict, rule)


def names() -> dict[str, Any]:
    """Connections by name; a name that may be connected to may be looked up."""
    rules = (
        {"kind": "connect", "name": SQS, "port": "443", "protocol": "tcp"},
        {"kind": "connect", "name": "bad.example.com", "action": BLOCK},
        {"kind": "connect", "name": "*.example.com", "action": ALERT},
        {"kind": "connect", "name": "*.s3.*.amazonaws.com", "program": PYTHON},
        {"kind": "connect", "address": "10.0.0.0/8"},
        {"kind": "connect", "path": "/run/**"},
        {"kind": "resolve", "name": "example.org"},
        {"kind": "resolve", "name": "*.example.com", "program": "/bin/curl", "action": BLOCK},
        {"kind": "connect", "name": "**", "program": "/any"},
        {"kind": "bind", "path": "/run/**"},
    )
    cases = [
        named("tcp 52.94.5.7 443", SQS, ALLOW, 1),
        named("tcp 2a05:d018::1 443", SQS, ALLOW, 1),
        named("tcp 52.94.5.7 80", SQS, BLOCK, 0),
        named("udp 52.94.5.7 443", SQS, BLOCK, 0),
        named("tcp 52.94.5.7 443", "", BLOCK, 0),
        named("tcp 52.94.5.7 443", "x" + SQS, BLOCK, 0),
        named("tcp 52.94.5.7 443", SQS + ".evil.example", BLOCK, 0),
        address_act("connect", "tcp 52.94.5.7 443", BLOCK, 0, PYTHON),
        named("tcp 192.0.2.1 22", "bad.example.com", BLOCK, 2),
        named("tcp 192.0.2.1 22", "good.example.com", ALERT, 3),
        named("tcp 192.0.2.1 22", "very.good.example.com", ALERT, 3),
        named("tcp 192.0.2.1 22", "example.com", BLOCK, 0),
        named("tcp 52.218.1.1 443", S3, ALLOW, 4),
        named("tcp 52.218.1.1 443", S3, BLOCK, 0, "/bin/curl"),
        named("tcp 10.1.1.1 443", "whatever.internal", ALLOW, 5),
        named("tcp 10.1.1.1 443", "", ALLOW, 5),
        address_act("connect", "unix /run/x", ALLOW, 6, PYTHON),
        address_act("connect", "unix /tmp/x", BLOCK, 0, "/any"),
        named("tcp 192.0.2.1 1", "anything.at.all", ALLOW, 9, "/any"),
        named("tcp 192.0.2.1 1", "", BLOCK, 0, "/any"),
        address_act("bind", "unix /run/x", ALLOW, 10, PYTHON),
        address_act("bind", "tcp 10.1.1.1 443", BLOCK, 0, PYTHON),
        resolve(SQS, ALLOW, 1),
        resolve("bad.example.com", ALERT, 3),
        resolve("good.example.com", ALERT, 3),
        resolve("good.example.com", BLOCK, 8, "/bin/curl"),
        resolve(S3, ALLOW, 4),
        resolve(S3, BLOCK, 0, "/bin/curl"),
        resolve("example.org", ALLOW, 7),
        resolve("www.example.org", BLOCK, 0),
        resolve("data.that.leaves.evil.example", BLOCK, 0),
        resolve("data.that.leaves.evil.example", ALLOW, 9, "/any"),
        resolve("", BLOCK, 0),
    ]
    return {"document": document(*rules, defaults=BLOCK_ALL), "cases": cases}


def files() -> dict[str, Any]:
    """Hashes of programs, protected reads, code."""
    rules = (
        {"kind": "exec", "target": "/opt/tool", "sha256": HASH},
        {"kind": "exec", "target": "/var/task/**", "sha256": OTHER_HASH, "action": BLOCK},
        {"kind": "exec", "target": "/var/task/**"},
        {"kind": "read", "target": "/proc/*/environ", "action": BLOCK},
        {"kind": "read", "program": PYTHON, "target": "/tmp/secret", "action": ALERT},
        {"kind": "load", "target": "/var/task/**"},
        {"kind": "load", "target": "[anonymous]"},
        {"kind": "load", "target": "pickle:os.*", "action": BLOCK},
        {"kind": "load", "target": "pickle:*", "action": ALERT},
    )
    cases = [
        hashed("/opt/tool", HASH, ALLOW, 1),
        hashed("/opt/tool", OTHER_HASH, BLOCK, 0),
        hashed("/opt/tool", "", BLOCK, 0),
        hashed("/opt/tool2", HASH, BLOCK, 0),
        hashed("/var/task/bin/x", HASH, ALLOW, 3),
        hashed("/var/task/bin/x", OTHER_HASH, BLOCK, 2),
        hashed("/var/task/bin/x", "", ALLOW, 3),
        path_act("read", PYTHON, "/proc/1/environ", BLOCK, 4),
        path_act("read", PYTHON, "/proc/self/task/7/environ", ALLOW, 0),
        path_act("read", PYTHON, "/tmp/secret", ALERT, 5),
        path_act("read", "/bin/cat", "/tmp/secret", ALLOW, 0),
        path_act("write", PYTHON, "/var/task/x", BLOCK, 0),
        path_act("load", PYTHON, "/var/task/lib/x.so", ALLOW, 6),
        path_act("load", PYTHON, "/tmp/x.so", BLOCK, 0),
        path_act("load", PYTHON, "[anonymous]", ALLOW, 7),
        path_act("load", PYTHON, "pickle:os.system", BLOCK, 8),
        path_act("load", PYTHON, "pickle:collections.OrderedDict", ALERT, 9),
    ]
    defaults = BLOCK_ALL | {"read": "allow", "load": "block"}
    return {"document": document(*rules, defaults=defaults), "cases": cases}


def invocations() -> dict[str, Any]:
    """Who invokes, with what keys."""
    rules = (
        {"kind": "invoke", "source": "aws:sqs", "keys": "Records"},
        {"kind": "invoke", "source": "apigateway", "keys": "**,headers,**"},
        {"kind": "invoke", "source": "aws:s?s", "action": ALERT},
    )
    cases = [
        path_act("invoke", "Records", "aws:sqs", ALLOW, 1),
        path_act("invoke", "Records,extra", "aws:sqs", ALERT, 3),
        path_act("invoke", "Records", "aws:sns", ALERT, 3),
        path_act("invoke", "body,headers,path", "apigateway", ALLOW, 2),
        path_act("invoke", "body,path", "apigateway", BLOCK, 0),
        path_act("invoke", "", "direct", BLOCK, 0),
    ]
    return {"document": document(*rules, defaults=ALLOW_ALL | {"invoke": "block"}), "cases": cases}


def unsaid() -> dict[str, Any]:
    """Defaults that a document does not give."""
    cases = [
        resolve("example.com", BLOCK, 0),
        path_act("read", PYTHON, "/etc/passwd", ALLOW, 0),
        path_act("load", PYTHON, "/tmp/x.so", ALLOW, 0),
        path_act("invoke", "a,b", "direct", ALLOW, 0),
        path_act("exec", PYTHON, "/bin/sh", BLOCK, 0),
    ]
    return {"document": document(defaults={}), "cases": cases}
