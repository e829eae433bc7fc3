"""Rules and verdicts in plain words."""

import ipaddress
import json
from collections.abc import Sequence

from outrider.model.event import Kind, Verdict
from outrider.policy.compiled import LAST_PORT, CompiledRule, Family, Protocol
from outrider.policy.document import (
    BindRule,
    ConnectRule,
    EventLimits,
    ExecRule,
    InvokeRule,
    Learning,
    ResolveRule,
    Rule,
    SyscallRule,
)

MAY = {Verdict.ALLOW: "may", Verdict.ALERT: "may, with an alert,", Verdict.BLOCK: "may not"}
"""What a verdict lets a program do."""

DOING = {
    Kind.EXEC: "run",
    Kind.CONNECT: "connect to",
    Kind.BIND: "take the address",
    Kind.WRITE: "change",
    Kind.SYSCALL: "call",
    Kind.RESOLVE: "look up",
    Kind.READ: "read",
    Kind.LOAD: "load",
    Kind.INVOKE: "be invoked by",
}
"""What a program does in an act of a kind; an object follows."""

KIND_NAMES = {
    Kind.EXEC: "programs started",
    Kind.CONNECT: "connections made",
    Kind.BIND: "addresses taken",
    Kind.WRITE: "files changed",
    Kind.SYSCALL: "rare system calls",
    Kind.RESOLVE: "host names looked up",
    Kind.READ: "files read",
    Kind.LOAD: "code loaded",
    Kind.INVOKE: "invocations",
}
"""What the rules of a kind are about."""


def sentence(rule: Rule) -> str:
    """Return a rule as a sentence: `/usr/sbin/nginx may run /bin/sh`."""
    who = "the function" if isinstance(rule, InvokeRule) else rule.program or "any program"
    return f"{who} {MAY[rule.action]} {DOING[Kind(rule.kind)]} {subject(rule)}"


def subject(rule: Rule) -> str:
    """Return what a rule is about, without who and whether: `10.0.0.0/8 port 5432 (tcp)`."""
    match rule:
        case SyscallRule():
            return "any of the rare system calls" if rule.name == "*" else rule.name
        case ConnectRule() | BindRule():
            return _peer(rule)
        case ResolveRule():
            return rule.name
        case InvokeRule():
            return rule.source + (f" with the keys {rule.keys}" if rule.keys else "")
        case ExecRule():
            return rule.target + _of_hash(rule.sha256) + _with_arguments(rule.arguments)
        case _:
            return rule.target


def _peer(rule: ConnectRule | BindRule) -> str:
    """An address, a host name or a socket."""
    if rule.path is not None:
        return f"the socket {rule.path}"
    port = f" port {rule.port}" if rule.port else ""
    protocol = f" ({rule.protocol})" if rule.protocol else ""
    name = rule.name if isinstance(rule, ConnectRule) else None
    return (name or rule.address or "any address") + port + protocol


def _of_hash(digits: str | None) -> str:
    """The hash a rule asks for, as much of it as a person compares."""
    return f" (SHA-256 {digits[:16]}…)" if digits else ""


def _with_arguments(words: Sequence[str] | None) -> str:
    """The command line a rule asks for, as it stands in the document."""
    if words is None:
        return ""
    said = json.dumps(words, ensure_ascii=False)
    return f" with the arguments {said}" if words else " without arguments"


def learning(learn: Learning) -> str:
    """Return when learning ends: `for 200 invocations or 3600 seconds`."""
    ends = [f"{learn.invocations} invocations"] if learn.invocations else []
    ends += [f"{learn.seconds} seconds"] if learn.seconds else []
    return f"for {' or '.join(ends)}" if ends else "without an end"


def event_limits(limits: EventLimits) -> str:
    """Return what an event may be: `of at most 262144 bytes and 32 levels`."""
    most = [f"{limits.max_bytes} bytes"] if limits.max_bytes else []
    most += [f"{limits.max_depth} levels"] if limits.max_depth else []
    return f"of at most {' and '.join(most)}" if most else "of any size"


def _text(pattern: bytes) -> str:
    """A compiled pattern for people."""
    return pattern.decode("utf-8", "backslashreplace")


def compiled_sentence(rule: CompiledRule) -> str:
    """Return a compiled rule as a sentence."""
    who = _text(rule.program) or "any program"
    who = "the function" if rule.kind is Kind.INVOKE else who
    return f"{who} {MAY[rule.action]} {DOING[rule.kind]} {compiled_subject(rule)}"


def compiled_subject(rule: CompiledRule) -> str:
    """Return what a compiled rule is about, in the words of `subject`."""
    target = _text(rule.target)
    if rule.kind is Kind.SYSCALL:
        return target or "any of the rare system calls"
    if rule.kind is Kind.INVOKE:
        keys = _text(rule.program)
        return (target or "anything") + (f" with the keys {keys}" if keys else "")
    if rule.kind not in (Kind.CONNECT, Kind.BIND):
        words = None if rule.arguments is None else [_text(word) for word in rule.arguments]
        return (target or "anything") + _of_hash(rule.sha256.decode()) + _with_arguments(words)
    if rule.family is Family.UNIX:
        return f"the socket {target or 'of any name'}"
    if rule.family is Family.ANY and not rule.by_name:
        return "any address"
    size = 4 if rule.family is Family.INET else 16
    ports = "" if (rule.port_low, rule.port_high) == (0, LAST_PORT) else f" port {rule.port_low}"
    if ports and rule.port_high != rule.port_low:
        ports += f"-{rule.port_high}"
    protocol = "" if rule.protocol is Protocol.ANY else f" ({rule.protocol.name.lower()})"
    address = target if rule.by_name else f"{ipaddress.ip_address(rule.address[:size])}/{rule.prefix}"
    return address + ports + protocol
