"""Rules and verdicts in plain words."""

import ipaddress

from outrider.model.event import Kind, Verdict
from outrider.policy.compiled import LAST_PORT, CompiledRule, Family, Protocol
from outrider.policy.document import BindRule, ConnectRule, Rule, SyscallRule

MAY = {Verdict.ALLOW: "may", Verdict.ALERT: "may, with an alert,", Verdict.BLOCK: "may not"}
"""What a verdict lets a program do."""

DOING = {
    Kind.EXEC: "run",
    Kind.CONNECT: "connect to",
    Kind.BIND: "take the address",
    Kind.WRITE: "change",
    Kind.SYSCALL: "call",
}
"""What a program does in an act of a kind; an object follows."""

KIND_NAMES = {
    Kind.EXEC: "programs started",
    Kind.CONNECT: "connections made",
    Kind.BIND: "addresses taken",
    Kind.WRITE: "files changed",
    Kind.SYSCALL: "rare system calls",
}
"""What the rules of a kind are about."""


def sentence(rule: Rule) -> str:
    """Return a rule as a sentence: `/usr/sbin/nginx may run /bin/sh`."""
    who = rule.program or "any program"
    return f"{who} {MAY[rule.action]} {DOING[Kind(rule.kind)]} {subject(rule)}"


def subject(rule: Rule) -> str:
    """Return what a rule is about, without who and whether: `10.0.0.0/8 port 5432 (tcp)`."""
    if isinstance(rule, SyscallRule):
        return "any of the rare system calls" if rule.name == "*" else rule.name
    if not isinstance(rule, ConnectRule | BindRule):
        return rule.target
    if rule.path is not None:
        return f"the socket {rule.path}"
    port = f" port {rule.port}" if rule.port else ""
    protocol = f" ({rule.protocol})" if rule.protocol else ""
    return (rule.address or "any address") + port + protocol


def compiled_sentence(rule: CompiledRule) -> str:
    """Return a compiled rule as a sentence."""
    who = rule.program.decode("utf-8", "backslashreplace") or "any program"
    return f"{who} {MAY[rule.action]} {DOING[rule.kind]} {compiled_subject(rule)}"


def compiled_subject(rule: CompiledRule) -> str:
    """Return what a compiled rule is about, in the words of `subject`."""
    target = rule.target.decode("utf-8", "backslashreplace")
    if rule.kind is Kind.SYSCALL:
        return target or "any of the rare system calls"
    if rule.kind not in (Kind.CONNECT, Kind.BIND):
        return target or "anything"
    if rule.family is Family.UNIX:
        return f"the socket {target or 'of any name'}"
    if rule.family is Family.ANY:
        return "any address"
    size = 4 if rule.family is Family.INET else 16
    ports = "" if (rule.port_low, rule.port_high) == (0, LAST_PORT) else f" port {rule.port_low}"
    if ports and rule.port_high != rule.port_low:
        ports += f"-{rule.port_high}"
    protocol = "" if rule.protocol is Protocol.ANY else f" ({rule.protocol.name.lower()})"
    return f"{ipaddress.ip_address(rule.address[:size])}/{rule.prefix}{ports}{protocol}"
