"""What is valid in a policy and still hardly meant: told by `policy check`."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from outrider.model.event import FUNCTION, TASK_KINDS, Kind, Mode, Verdict
from outrider.model.pattern import matches, unquote
from outrider.policy.code_advice import code_advice
from outrider.policy.compiled import CompiledPolicy, CompiledRule, Family, Protocol
from outrider.policy.document import ConnectRule, ContainerPolicy, ExecRule, PolicyDocument, ResolveRule
from outrider.policy.fields import seconds
from outrider.policy.lowering import lower
from outrider.policy.matching import FOREIGN

LAST = 1 << 32
"""Later than any time at which a rule expires."""
_SPECIAL = re.compile(rb"[*?\\]")
_ALL_BITS: dict[int, int] = {Family.INET: 32, Family.INET6: 128}


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at."""

    container: str
    rule: int
    """1-based; 0: about the container."""
    words: str


def advise(document: PolicyDocument, now: int = 0) -> tuple[Advice, ...]:
    """Return what looks unintended in a document, container by container, rule by rule.

    `now`: seconds since the epoch, to find exceptions that are over; 0: they are not looked for.
    """
    return tuple(
        advice
        for name, policy in document.containers.items()
        for advice in (
            *_toothless(name, policy),
            *_over(name, policy, now),
            *(_in_function(policy) if name == FUNCTION else _in_task(name, policy)),
            *_paths(name, policy),
            *_arguments(name, policy),
            *_code(name, policy, lower(document, name)),
            *_unreached(name, lower(document, name)),
        )
    )


def _toothless(name: str, policy: ContainerPolicy) -> Iterator[Advice]:
    """Block mode in which nothing is ever blocked."""
    kinds = tuple(Kind) if name == FUNCTION else (*TASK_KINDS, Kind.READ)
    verdicts = {policy.defaults.of(kind) for kind in kinds}
    verdicts |= {rule.action for rule in policy.numbered if rule.kind in kinds}
    if policy.mode is Mode.BLOCK and Verdict.BLOCK not in verdicts:
        yield Advice(name, 0, "the mode is block, and no default and no rule blocks anything")


def _over(name: str, policy: ContainerPolicy, now: int) -> Iterator[Advice]:
    """Exceptions that do nothing any more."""
    for place, one in enumerate(policy.exceptions or (), start=len(policy.rules) + 1):
        if seconds(one.expires) <= now:
            words = f"the exception of {one.owner} is over since {one.expires}: take it out, or prolong it"
            yield Advice(name, place, words)


def _in_task(name: str, policy: ContainerPolicy) -> Iterator[Advice]:
    """What only the defender of a function can decide."""
    for place, rule in enumerate(policy.numbered, start=1):
        if rule.kind not in (*TASK_KINDS, Kind.READ):
            words = f"{rule.kind} is decided in functions only; the supervisor of a task passes it over"
            yield Advice(name, place, words)
    if policy.learn or policy.event:
        yield Advice(name, 0, "learn and event are for functions; in a task they mean nothing")


def _in_function(policy: ContainerPolicy) -> Iterator[Advice]:
    """Settings of a function that work against each other."""
    if policy.learn and not policy.report_allowed:
        words = "learn says when reporting ends, and report_allowed is not set: nothing is learned"
        yield Advice(FUNCTION, 0, words)
    names = any(
        isinstance(rule, ResolveRule) or (isinstance(rule, ConnectRule) and rule.name)
        for rule in policy.numbered
    )
    if (
        policy.defaults.connect is not Verdict.BLOCK
        and policy.defaults.of(Kind.RESOLVE) is Verdict.BLOCK
        and not names
    ):
        words = "connections are allowed without a rule, and no host name can be looked up: set resolve too"
        yield Advice(FUNCTION, 0, words)


def _paths(name: str, policy: ContainerPolicy) -> Iterator[Advice]:
    """Patterns that no real path can match."""
    for place, rule in enumerate(policy.numbered, start=1):
        for part in ("program", "target", "path"):
            pattern = getattr(rule, part, None)
            if pattern and not pattern.startswith(_BEGINNINGS.get((rule.kind, part), _BEGINNINGS[part])):
                yield Advice(name, place, f"{part} {pattern!r} matches nothing: real paths begin with /")


def _arguments(name: str, policy: ContainerPolicy) -> Iterator[Advice]:
    """Words that are hardly meant so."""
    for place, rule in enumerate(policy.numbered, start=1):
        for word in (isinstance(rule, ExecRule) and rule.arguments) or ():
            if rule.action is not Verdict.ALLOW and word != "*" and _LONE_STAR.search(word):
                words = f"`*` in the argument {word!r} stops at a slash, and so lets others by: write `**`"
                yield Advice(name, place, words)
            if _TWO_WORDS.match(word):
                yield Advice(
                    name, place, f"the argument {word!r} is one word with a blank in it: make it two"
                )


def _code(name: str, policy: ContainerPolicy, compiled: CompiledPolicy) -> Iterator[Advice]:
    """Rules about interpreters that code gets by."""
    if name != FUNCTION:
        yield from (Advice(name, place, words) for place, words in code_advice(policy, compiled))


_LONE_STAR = re.compile(r"(?<![*\\])\*(?!\*)")
_TWO_WORDS = re.compile(r"-\S* ")

_BEGINNINGS: dict[str | tuple[str, str], tuple[str, ...]] = {
    "program": ("/", "*", "?"),
    "target": ("/", "*", "?"),
    "path": ("/", "*", "?", "@"),
    ("exec", "program"): ("/", "*", "?", "["),
    ("load", "target"): ("/", "*", "?", "[anonymous]", "pickle:"),
}
"""What patterns that can match begin with."""


def _unreached(name: str, policy: CompiledPolicy) -> Iterator[Advice]:
    """Rules behind others that already match everything they match."""
    earlier = _Earlier()
    for place, parts in groupby(policy.rules, key=lambda rule: rule.id):
        rules = list(parts)
        covering = [
            next((other for other in earlier.candidates(rule) if _covers(other, rule)), None)
            for rule in rules
        ]
        if None not in covering:
            first = covering[0] or rules[0]
            otherwise = "" if first.action is rules[0].action else f", which says {first.action},"
            words = f"is never reached: rule {first.id}{otherwise} matches all that it matches"
            yield Advice(name, place, words)
        for rule in rules:
            earlier.add(rule)


@dataclass(slots=True)
class _Earlier:
    """Rules seen so far, filed so that 4096 rules are not each compared with all before them."""

    filed: defaultdict[tuple[Kind, bytes | None, bytes | None], list[CompiledRule]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, rule: CompiledRule) -> None:
        """File a rule under its program, or under any, and under what it is about."""
        program = None if not rule.program or _has_stars(rule.program) else rule.program
        self.filed[rule.kind, program, _subject(rule)].append(rule)
        if _has_stars(rule.target):
            self.filed[rule.kind, program, None].append(rule)

    def candidates(self, rule: CompiledRule) -> Iterator[CompiledRule]:
        """Rules that could match what this one matches."""
        subjects = {_subject(rule), b"", b"**", *([] if _has_stars(rule.target) else [None])}
        for program in {None, rule.program}:
            for subject in subjects:
                yield from self.filed.get((rule.kind, program, subject), ())


def _subject(rule: CompiledRule) -> bytes:
    """What a rule is about: a target, one address, or nothing that can be looked up."""
    if rule.prefix and rule.prefix == _ALL_BITS.get(rule.family):
        return bytes([rule.family]) + rule.address
    return rule.target


def _covers(wide: CompiledRule, narrow: CompiledRule) -> bool:
    """Whether the first surely matches everything the second matches; both are of one kind."""
    if wide.by_name and not narrow.by_name:
        return False
    if wide.expires and wide.expires < (narrow.expires or LAST):
        return False
    if not wide.program and narrow.program == FOREIGN.encode():
        return False
    if wide.kind is Kind.SYSCALL:
        targets = wide.target in (b"", narrow.target)
    else:
        targets = _pattern_covers(wide.target, narrow.target)
    return (
        targets
        and _pattern_covers(wide.program, narrow.program)
        and wide.sha256 in (b"", narrow.sha256)
        and wide.arguments in (None, (b"**",), narrow.arguments)
        and wide.protocol in (Protocol.ANY, narrow.protocol)
        and wide.port_low <= narrow.port_low
        and narrow.port_high <= wide.port_high
        and (wide.family is Family.ANY or _network_covers(wide, narrow))
    )


def _network_covers(wide: CompiledRule, narrow: CompiledRule) -> bool:
    """Whether one network holds all of another."""
    bits = len(wide.address) * 8 - wide.prefix
    return (
        wide.family is narrow.family
        and wide.prefix <= narrow.prefix
        and int.from_bytes(wide.address, "big") >> bits == int.from_bytes(narrow.address, "big") >> bits
    )


def _pattern_covers(wide: bytes, narrow: bytes) -> bool:
    """Whether a pattern surely matches what another does: equal, anything, or the other is one text."""
    if wide in (b"", b"**", narrow):
        return True
    beginning = _SPECIAL.split(wide, maxsplit=1)[0]  # most are told apart by it, and matching is slow
    if not narrow or not _has_stars(wide) or _has_stars(narrow) or not narrow.startswith(beginning):
        return False
    return matches(wide, unquote(narrow.decode()).encode())


def _has_stars(pattern: bytes) -> bool:
    """Whether a pattern may match more than one text; an escaped star counts, which only costs advice."""
    return b"*" in pattern or b"?" in pattern
