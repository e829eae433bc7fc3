"""What a policy would have said about what was recorded: the answer to "what would it have stopped?"."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from outrider.errors import InvalidInput
from outrider.model.behaviour import Seen
from outrider.model.event import FUNCTION, TASK_KINDS, Address, Event, FrameType, Kind, Mode, Verdict
from outrider.policy.compiled import CompiledPolicy
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import lower
from outrider.policy.matching import Act, Decision, decide

MOST_TOLD = 10_000
"""Different acts that are told of, a count: a policy that stops more is not the policy that was meant."""

MOST_KNOWN = 65_536
"""Decisions, and acts that may yet be repeated, that are kept at hand: what a supervisor repeats, it repeats
within some thousand events."""


RECORDED_WORDS, RECORDED_BYTES = 64, 1022
"""Of a command line in an event; with as much it may have been cut (`caller_arguments`, native/caller.c)."""


@dataclass(frozen=True, slots=True, order=True)
class Recorded:
    """An act as a record has it, and what became of it then and would now."""

    container: str
    kind: Kind
    program: str
    target: str
    """Path or name; of connect and bind the address, `name (address)` where its lookup is known."""
    before: Verdict
    """As it was carried out."""
    now: Verdict
    """As the policy says in mode block, whichever mode it has."""
    rule: int
    """1-based place of the rule that says so in the container's list; 0: the default of the kind."""


@dataclass(slots=True)
class Replay:
    """Takes events in any order, but a repeat after what it repeats; may be asked at any time."""

    document: PolicyDocument
    differing: dict[Recorded, Seen] = field(default_factory=dict)
    """Acts about which the policy says something else than what was done then."""
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    """Acts by what the policy says, repeats included."""
    unchanged: int = 0
    elsewhere: Counter[str] = field(default_factory=Counter)
    """Acts of containers that the policy does not know, by container."""
    undecided: int = 0
    """Acts whose record names no address that could be matched, and repeats of acts that are not recorded."""
    untold: int = 0
    """Differing acts over MOST_TOLD."""
    _policies: dict[str, CompiledPolicy] = field(default_factory=dict)
    _timed: set[str] = field(default_factory=set)
    """Containers whose policies have rules that expire: for the others the time of an act says nothing."""
    _argued: set[str] = field(default_factory=set)
    """Containers whose policies have rules about arguments, likewise."""
    _last_run: OrderedDict[tuple[str, int], Event] = field(default_factory=OrderedDict)
    """The last exec of each process of an instance."""
    _decided: OrderedDict[tuple[str, Act], Decision] = field(default_factory=OrderedDict)
    _told: OrderedDict[tuple[str, int], Recorded] = field(default_factory=OrderedDict)

    def take(self, event: Event, seen: Seen | None = None) -> None:
        """Take one event of a record, or an act that a function's log summed up as `seen`."""
        if event.type is FrameType.REPEAT:
            self._repeated(event)
        elif event.type is FrameType.EVENT and event.kind is not None and event.verdict is not None:
            self._acted(event, event.verdict, seen or Seen(1, event.time_ns, event.time_ns))

    def stopped(self) -> list[tuple[Recorded, Seen]]:
        """What would be stopped and was not, the most frequent first."""
        return self._sorted(now=(Verdict.BLOCK,), before=(Verdict.ALLOW, Verdict.ALERT))

    def reported(self) -> list[tuple[Recorded, Seen]]:
        """What would be let through and reported, and was let through in silence."""
        return self._sorted(now=(Verdict.ALERT,), before=(Verdict.ALLOW,))

    def released(self) -> list[tuple[Recorded, Seen]]:
        """What was stopped and would be let through."""
        return self._sorted(now=(Verdict.ALLOW, Verdict.ALERT), before=(Verdict.BLOCK,))

    def _sorted(self, *, now: Sequence[Verdict], before: Sequence[Verdict]) -> list[tuple[Recorded, Seen]]:
        found = [pair for pair in self.differing.items() if pair[0].now in now and pair[0].before in before]
        return sorted(found, key=lambda pair: (-pair[1].count, pair[0]))

    def _acted(self, event: Event, before: Verdict, seen: Seen) -> None:
        """One act."""
        if event.container != FUNCTION and event.kind not in TASK_KINDS:
            self.verdicts[before] += seen.count  # seen in a task, decided by nobody: lookups
            self.unchanged += seen.count
            return
        policy = self._policy(event.container)
        if policy is None:
            self.elsewhere[event.container] += seen.count
            return
        try:
            decision = self._decision(policy, event)
        except InvalidInput:
            self.undecided += seen.count
            return
        one = Recorded(
            event.container,
            event.kind or Kind.EXEC,
            event.program,
            _target(event),
            before,
            decision.verdict,
            decision.rule,
        )
        if event.instance and event.seq:
            self._told[event.instance, event.seq] = one
            if len(self._told) > MOST_KNOWN:
                self._told.popitem(last=False)
        self._count(one, seen)

    def _repeated(self, event: Event) -> None:
        """The same act again, so many times."""
        one = self._told.get((event.instance, event.ref_seq))
        if one is None:
            self.undecided += event.count
        else:
            self._count(one, Seen(event.count, event.time_ns, event.time_ns))

    def _count(self, one: Recorded, seen: Seen) -> None:
        """Count an act."""
        self.verdicts[one.now] += seen.count
        if not _differs(one):
            self.unchanged += seen.count
        elif one in self.differing:
            self.differing[one] = self.differing[one].plus(seen)
        elif len(self.differing) < MOST_TOLD:
            self.differing[one] = seen
        else:
            self.untold += seen.count

    def _policy(self, container: str) -> CompiledPolicy | None:
        """A container's policy in mode block; None: the document has none."""
        if container not in self.document.containers:
            return None
        if container not in self._policies:
            blocking = self.document.containers[container].model_copy(update={"mode": Mode.BLOCK})
            whole = {**self.document.containers, container: blocking}
            lowered = lower(self.document.model_copy(update={"containers": whole}), container)
            self._policies[container] = lowered
            if any(rule.expires for rule in lowered.rules):
                self._timed.add(container)
            if any(rule.arguments is not None for rule in lowered.rules):
                self._argued.add(container)
        return self._policies[container]

    def _decision(self, policy: CompiledPolicy, event: Event) -> Decision:
        """The policy's verdict; asked once for acts that are alike. Raises InvalidInput."""
        words, whole = self._arguments(event)
        act = Act(
            event.kind or Kind.EXEC,
            event.program,
            event.target or (event.name if event.kind is Kind.RESOLVE else ""),
            _peer(event),
            event.name,
            event.sha256,
            event.time_ns // 1_000_000_000 if event.container in self._timed else 0,
            words,
            whole,
        )
        key = (event.container, act)
        if key not in self._decided:
            self._decided[key] = decide(policy, act)
            if len(self._decided) > MOST_KNOWN:
                self._decided.popitem(last=False)
        return self._decided[key]

    def _arguments(self, event: Event) -> tuple[tuple[str, ...], bool]:
        """The words after the first, as far as they are recorded, and whether that is all.

        With a script its interpreter is told after it, with the script's words: its own are not recorded.
        """
        if event.kind is not Kind.EXEC or event.container not in self._argued:
            return (), False
        process = (event.instance, event.pid)
        before = self._last_run.pop(process, None)
        self._last_run[process] = event
        if len(self._last_run) > MOST_KNOWN:
            self._last_run.popitem(last=False)
        if (
            before
            and before.seq + 1 == event.seq
            and before.argv == event.argv
            and event.target != before.target
        ):
            return (), False
        size = sum(len(word.encode("utf-8", "backslashreplace")) + 1 for word in event.argv)
        return event.argv[1:], bool(event.argv) and len(event.argv) < RECORDED_WORDS and size < RECORDED_BYTES


def _differs(one: Recorded) -> bool:
    """Whether anything else would become of an act; that it is no longer reported is nothing else."""
    return one.now is not one.before and (one.before, one.now) != (Verdict.ALERT, Verdict.ALLOW)


def _peer(event: Event) -> Address | None:
    """The address of an act that has one; a socket's path may stand as its target. Raises InvalidInput."""
    if event.kind not in (Kind.CONNECT, Kind.BIND) or event.address is not None:
        return event.address
    if event.target[:1] not in ("/", "@"):
        raise InvalidInput("the record does not say which address it was")
    return Address("unix", "any", event.target, 0)


def _target(event: Event) -> str:
    """What it was done to, as people read it."""
    if event.address is None:
        return event.target or event.name
    where = _address(event.address)
    return f"{event.name} ({where})" if event.name else where


def _address(address: Address) -> str:
    """`tcp 10.0.0.1:443`, or a socket's path."""
    if address.family == "unix":
        return address.host
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{address.protocol} {host}:{address.port}"
