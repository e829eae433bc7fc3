"""From the document to the form its engine reads, and to the name that events give it."""

import hashlib
import ipaddress
import json
from collections.abc import Iterator
from dataclasses import replace

from outrider.model.event import Kind
from outrider.policy.blob import encode
from outrider.policy.compiled import LAST_PORT, CompiledPolicy, CompiledRule, Family, Protocol
from outrider.policy.document import (
    BindRule,
    ConnectRule,
    ContainerPolicy,
    EventLimits,
    ExecRule,
    InvokeRule,
    Learning,
    PolicyDocument,
    ResolveRule,
    Rule,
    SyscallRule,
)
from outrider.policy.fields import seconds

ID_BYTES = 16
ANY_IP = ("0.0.0.0/0", "::/0")
"""A port or a protocol without an address: of any IP address, never of a Unix socket, which has neither."""


def compile_policy(document: PolicyDocument, container: str, made_for: str = "") -> bytes:
    """Compile one container's policy to an unsigned blob; the same document gives the same bytes, always.

    `made_for`: the version it is for (`published.version`), where it is for one alone. Raises InvalidInput
    when the document has no such container or does not fit a blob.
    """
    return encode(replace(lower(document, container), made_for=made_for))


def policy_id(document: PolicyDocument, container: str) -> bytes:
    """Return the 16 bytes that name a container's policy in events.

    The first half of SHA-256 over canonical JSON (sorted keys, no blanks, ASCII) of the container's policy,
    the workload and the counter. Raises InvalidInput when the document has no such container.
    """
    policy = document.container(container)
    said = {
        "policy": policy.model_dump(mode="json"),
        "workload": document.workload,
        "counter": document.counter,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()[:ID_BYTES]


def lower(document: PolicyDocument, container: str) -> CompiledPolicy:
    """Bring one container's policy into the engine's form. Raises InvalidInput: no such container."""
    policy: ContainerPolicy = document.container(container)
    learn, event = policy.learn or Learning(), policy.event or EventLimits()
    return CompiledPolicy(
        id=policy_id(document, container),
        counter=document.counter,
        mode=policy.mode,
        report_allowed=policy.report_allowed,
        defaults=tuple(policy.defaults.of(kind) for kind in Kind),
        rules=(*_exceptions(policy), *_rules(policy)),
        learn_invocations=learn.invocations,
        learn_seconds=learn.seconds,
        event_max_bytes=event.max_bytes,
        event_max_depth=event.max_depth,
    )


def _exceptions(policy: ContainerPolicy) -> Iterator[CompiledRule]:
    """Exceptions are numbered after the rules, so that those keep their numbers, and decide before them."""
    for place, exception in enumerate(policy.exceptions or (), start=len(policy.rules) + 1):
        for lowered in _lower_rule(exception.rule, place):
            yield replace(lowered, expires=seconds(exception.expires))


def _rules(policy: ContainerPolicy) -> Iterator[CompiledRule]:
    """The rules, numbered from 1."""
    for place, rule in enumerate(policy.rules, start=1):
        yield from _lower_rule(rule, place)


def _lower_rule(rule: Rule, place: int) -> tuple[CompiledRule, ...]:
    """One rule; about ports of any address it becomes two, one a family."""
    program = rule.keys if isinstance(rule, InvokeRule) else rule.program
    common = CompiledRule(
        kind=Kind(rule.kind), action=rule.action, id=place, program=(program or "").encode()
    )
    match rule:
        case ConnectRule() | BindRule():
            return _lower_address(rule, common)
        case SyscallRule():
            return (replace(common, target=rule.name.removeprefix("*").encode()),)
        case ResolveRule():
            return (replace(common, target=rule.name.encode()),)
        case InvokeRule():
            return (replace(common, target=rule.source.encode()),)
        case ExecRule():
            words = None if rule.arguments is None else tuple(map(str.encode, rule.arguments))
            sha256 = (rule.sha256 or "").encode()
            return (replace(common, target=rule.target.encode(), sha256=sha256, arguments=words),)
        case _:
            return (replace(common, target=rule.target.encode()),)


def _lower_address(rule: ConnectRule | BindRule, common: CompiledRule) -> tuple[CompiledRule, ...]:
    """One rule about an address."""
    if rule.path is not None:
        return (replace(common, family=Family.UNIX, target=rule.path.encode()),)
    low, _, high = (rule.port or f"0-{LAST_PORT}").partition("-")
    common = replace(
        common,
        protocol=Protocol[rule.protocol.upper()] if rule.protocol else Protocol.ANY,
        port_low=int(low),
        port_high=int(high or low),
    )
    if isinstance(rule, ConnectRule) and rule.name is not None:
        return (replace(common, target=rule.name.encode()),)
    if rule.address is None and rule.port is None and rule.protocol is None:
        return (common,)
    return tuple(
        replace(
            common,
            family=Family.INET if network.version == 4 else Family.INET6,
            prefix=network.prefixlen,
            address=network.network_address.packed.ljust(16, b"\0"),
        )
        for network in map(ipaddress.ip_network, [rule.address] if rule.address else ANY_IP)
    )
