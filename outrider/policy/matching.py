"""The verdict on one act: first match wins. The reference the engines are compared with."""

import ipaddress
import re
from bisect import bisect_left
from dataclasses import dataclass

from outrider.errors import InvalidInput
from outrider.model.event import Address, Kind, Mode, Verdict
from outrider.model.pattern import matches
from outrider.policy.compiled import CompiledPolicy, CompiledRule, Family, Protocol

_FAMILIES = {"unix": Family.UNIX, "inet": Family.INET, "inet6": Family.INET6}
FOREIGN = "[foreign]"
"""`OR_PROGRAM_FOREIGN`: program of what the application did not start (a health check, ECS Exec)."""

_HASH = re.compile("[0-9a-f]{64}")
_STRICTNESS = tuple(Verdict)
_PROTOCOLS = {"tcp": Protocol.TCP, "udp": Protocol.UDP, "any": Protocol.ANY}


@dataclass(frozen=True, slots=True)
class Act:
    """Something a process is about to do."""

    kind: Kind
    program: str
    """Real path of the program that acts."""
    target: str = ""
    """As `struct or_rule.target` of native/policy.h."""
    address: Address | None = None
    """connect, bind."""
    name: str = ""
    """connect: host name whose lookup answered the address; empty: not known."""
    sha256: str = ""
    """exec: of the file, hex; empty: not known, and then no rule by hash matches, nor is it a program."""
    now: int = 0
    """Seconds since the epoch; 0: not known, and then no rule that expires matches."""
    arguments: tuple[str, ...] = ()
    """exec: the words after the first, as far as they are known."""
    arguments_whole: bool = False
    """All of them; else a rule that asks for them counts only where it is stricter than what decides else."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and which rule gave it."""

    verdict: Verdict
    """As it is carried out: in alert mode never `block`."""
    rule: int
    """1-based place of the rule in the document; 0: the default of the kind, or of what is no program."""


def decide(policy: CompiledPolicy, act: Act) -> Decision:
    """Give the verdict of a policy on an act. Raises InvalidInput when the act's address is none."""
    verdict, rule = _by_rules(policy, act)
    if act.kind is Kind.EXEC and act.program == FOREIGN:
        verdict = verdict if rule else Verdict.ALERT
    elif _is_stricter(policy.programs_verdict, verdict) and not _is_program(policy, act):
        verdict, rule = policy.programs_verdict, 0
    return Decision(_carried_out(policy, verdict), rule)


def _by_rules(policy: CompiledPolicy, act: Act) -> tuple[Verdict, int]:
    """What the rules say, or the default, whatever the mode. Raises InvalidInput."""
    peer = _Peer.of(act.address, act.name) if act.address is not None else _NOBODY
    program, target = _encoded(act.program), _encoded(act.target)
    doubted: tuple[Verdict, int] = (Verdict.ALLOW, 0)
    for rule in policy.rules:
        if rule.kind is not act.kind or _is_over(rule, act):
            continue
        if not (_matches(rule, program, target, peer) and _is_file(rule, act)):
            continue
        fits = _fits(rule, act)
        if fits:
            return _stricter(doubted, (rule.action, rule.id))
        if fits is None:
            doubted = _stricter((rule.action, rule.id), doubted)
    for rule in policy.rules if act.kind is Kind.RESOLVE else ():
        if not rule.by_name or rule.action is Verdict.BLOCK or _is_over(rule, act):
            continue
        if _names(rule, program, target):
            return rule.action, rule.id
    if doubted[1] and act.kind is Kind.EXEC and act.program == FOREIGN:
        return _stricter(doubted, (Verdict.ALERT, 0))
    return _stricter(doubted, (policy.default(act.kind), 0))


def _stricter(one: tuple[Verdict, int], other: tuple[Verdict, int]) -> tuple[Verdict, int]:
    """The one that lets less happen; the other where they are alike."""
    return one if _is_stricter(one[0], other[0]) else other


def _fits(rule: CompiledRule, act: Act) -> bool | None:
    """Whether a rule is about these arguments; None: it may be, they are not all known."""
    if rule.arguments is None:
        return True
    places = _past_any(rule.arguments, {0})
    for word in map(_encoded, act.arguments):
        moved = {at + 1 for at in places if at < len(rule.arguments) and _is_word(rule.arguments[at], word)}
        stayed = {at for at in places if rule.arguments[at : at + 1] == (b"**",)}
        places = _past_any(rule.arguments, moved | stayed)
    if places and not act.arguments_whole:
        return None
    return len(rule.arguments) in places


def _past_any(patterns: tuple[bytes, ...], places: set[int]) -> set[int]:
    """Places in a list of patterns, and those behind a `**` at one of them: it may be no word at all."""
    for at in range(len(patterns)):
        if at in places and patterns[at] == b"**":
            places = places | {at + 1}
    return places


def _is_word(pattern: bytes, word: bytes) -> bool:
    """Whether a pattern of arguments matches one word."""
    return pattern in (b"*", b"**") or matches(pattern, word)


def _is_program(policy: CompiledPolicy, act: Act) -> bool:
    """Whether an act is no exec of a file that did not come with the image; a rule by hash makes it one."""
    if act.kind is not Kind.EXEC or not policy.programs:
        return True
    if _is_listed(policy.programs, act.sha256):
        return True
    program, target = _encoded(act.program), _encoded(act.target)
    return any(
        rule.kind is Kind.EXEC
        and not _is_over(rule, act)
        and rule.action is Verdict.ALLOW
        and rule.sha256 != b""
        and _is_file(rule, act)
        and _matches(rule, program, target, _NOBODY)
        and _fits(rule, act)
        for rule in policy.rules
    )


def _is_listed(programs: tuple[bytes, ...], sha256: str) -> bool:
    """Whether a hash is in the table; it is sorted."""
    if not _HASH.fullmatch(sha256):
        return False
    wanted = bytes.fromhex(sha256)
    place = bisect_left(programs, wanted)
    return place < len(programs) and programs[place] == wanted


def _is_stricter(one: Verdict, other: Verdict) -> bool:
    """Whether a verdict lets less happen."""
    return _STRICTNESS.index(one) > _STRICTNESS.index(other)


@dataclass(frozen=True, slots=True)
class _Peer:
    """An address as numbers. An IPv4-mapped IPv6 address is the IPv4 address it stands for."""

    family: Family
    protocol: Protocol
    packed: bytes
    port: int
    path: bytes
    name: bytes

    @classmethod
    def of(cls, address: Address, name: str) -> "_Peer":
        """Parse an address. Raises InvalidInput."""
        family = _FAMILIES.get(address.family)
        protocol = _PROTOCOLS.get(address.protocol)
        if family is None or protocol is None:
            raise InvalidInput(f"unknown address family or protocol: {address.family}, {address.protocol}")
        if family is Family.UNIX:
            return cls(family, Protocol.ANY, b"", 0, _encoded(address.host), b"")
        try:
            parsed = ipaddress.ip_address(address.host)
        except ValueError:
            raise InvalidInput(f"not an IP address: {address.host!r}") from None
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        family = Family.INET if parsed.version == 4 else Family.INET6
        return cls(family, protocol, parsed.packed, address.port, b"", _encoded(name))


_NOBODY = _Peer(Family.ANY, Protocol.ANY, b"", 0, b"", b"")
"""An address of a family that policies do not know: only a rule about any address is about it."""


def _matches(rule: CompiledRule, program: bytes, target: bytes, peer: _Peer) -> bool:
    """Whether a rule of the right kind is about this act."""
    if not matches(rule.program, program) if rule.program else program == FOREIGN.encode():
        return False
    if rule.kind in (Kind.CONNECT, Kind.BIND):
        return _matches_peer(rule, peer)
    if rule.kind is Kind.SYSCALL:
        return rule.target in (b"", target)
    return not rule.target or matches(rule.target, target)


def _matches_peer(rule: CompiledRule, peer: _Peer) -> bool:
    """Whether a rule is about this address. A Unix socket has a path, and no port or protocol to compare."""
    if rule.family not in (Family.ANY, peer.family):
        return False
    if peer.family is Family.UNIX:
        named = rule.family is Family.UNIX and matches(rule.target, peer.path)
        return not rule.target or named
    if rule.protocol not in (Protocol.ANY, peer.protocol):
        return False
    if rule.target and not (rule.by_name and peer.name and matches(rule.target, peer.name)):
        return False
    return rule.port_low <= peer.port <= rule.port_high and _same_bits(rule.address, peer.packed, rule.prefix)


def _is_file(rule: CompiledRule, act: Act) -> bool:
    """Whether a rule asks for no hash, or for that of the file."""
    return not rule.sha256 or rule.sha256 == act.sha256.encode()


def _is_over(rule: CompiledRule, act: Act) -> bool:
    """Whether a rule has expired."""
    return rule.expires != 0 and not 0 < act.now < rule.expires


def _names(rule: CompiledRule, program: bytes, name: bytes) -> bool:
    """Whether a connect rule is about this host name: who may connect to it may look it up."""
    return matches(rule.target, name) and (not rule.program or matches(rule.program, program))


def _same_bits(network: bytes, address: bytes, prefix: int) -> bool:
    """Whether the first `prefix` bits are the same."""
    size = len(address)
    difference = int.from_bytes(network[:size], "big") ^ int.from_bytes(address, "big")
    return difference >> (size * 8 - prefix) == 0


def _carried_out(policy: CompiledPolicy, verdict: Verdict) -> Verdict:
    """In alert mode nothing is stopped."""
    return Verdict.ALERT if policy.mode is Mode.ALERT and verdict is Verdict.BLOCK else verdict


def _encoded(text: str) -> bytes:
    """Bytes to match; a text that cannot be encoded keeps its escapes and matches no literal rule."""
    return text.encode("utf-8", "backslashreplace")
