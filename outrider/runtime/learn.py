"""Events → behaviour models: the union of what was seen, generalised."""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import Address, Event, FrameType, Kind, Verdict
from outrider.model.pattern import quote
from outrider.runtime.generalise import path_pattern

FIRST_EPHEMERAL = 32768
"""Lowest port Linux gives to who asks for none (ip_local_port_range); a listener above it did not choose."""

FIRST_UNPRIVILEGED = 1024
"""UDP clients that bind (resolvers, media) choose any port from here on."""

_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the events."""

    models: tuple[BehaviourModel, ...]
    """One a container, sorted by its name."""
    taken: int
    """Events that taught something."""
    left_out: Mapping[str, int]
    """Reason → how many events were left out for it."""


def learn(
    events: Iterable[Event],
    *,
    workload: str = "",
    images: Mapping[str, str] | None = None,
    containers: Collection[str] = (),
) -> Learned:
    """Learn from events, in any order; an event told twice (same instance, same seq) counts once.

    Only what was let through teaches: an act that was blocked, or an exec that failed, is not behaviour. The
    entry point is an exec too, by the launcher, told under its real path; START adds nothing to that.
    `images` are digests by container; `containers`, when given, are the only ones learned. Memory grows with
    the number of different events, not with what supervisors count as repeats.
    """
    lessons: defaultdict[str, _Lesson] = defaultdict(_Lesson)
    left_out: Counter[str] = Counter()
    taken = 0
    for event in events:
        if containers and event.container not in containers:
            left_out["of another container"] += 1
        elif reason := lessons[event.container].take(event):
            left_out[reason] += 1
        else:
            taken += 1
    models = tuple(
        lesson.model(workload, container, (images or {}).get(container, ""))
        for container, lesson in sorted(lessons.items())
    )
    return Learned(tuple(model for model in models if model.instances or model.seen), taken, left_out)


@dataclass(slots=True)
class _Lesson:
    """What is known of one container. Repeats may come before what they repeat: they are added last."""

    told: set[tuple[str, int]] = field(default_factory=set)
    instances: set[str] = field(default_factory=set)
    seen: dict[Behaviour, Seen] = field(default_factory=dict)
    by_event: dict[tuple[str, int], Behaviour] = field(default_factory=dict)
    repeats: dict[tuple[str, int], Seen] = field(default_factory=dict)

    def take(self, event: Event) -> str:
        """Take one event; return why it was left out, empty when it was not."""
        if event.instance:
            self.instances.add(event.instance)
        if event.type not in (FrameType.EVENT, FrameType.REPEAT):
            return "about the supervisor itself"
        place = (event.instance, event.seq)
        if event.instance:  # without one, the same number may be another event
            if place in self.told:
                return "told before"
            self.told.add(place)
        if event.type is FrameType.EVENT:
            return self._take_act(event)
        self._count(self.repeats, (event.instance, event.ref_seq), _seen(event, event.count))
        return ""

    def _take_act(self, event: Event) -> str:
        """Take something a program did."""
        if event.verdict is Verdict.BLOCK:
            return "blocked"
        if event.kind is Kind.EXEC and event.errno:
            return "an exec that failed"
        if not event.program:
            return "by a program that could not be named"
        behaviour = behaviour_of(event)
        if behaviour is None:
            return "without a target that a rule could name"
        self._count(self.seen, behaviour, _seen(event, 1))
        self.by_event[event.instance, event.seq] = behaviour
        return ""

    def model(self, workload: str, container: str, image: str) -> BehaviourModel:
        """Return what was learned."""
        for place, repeated in self.repeats.items():
            if place in self.by_event:
                self._count(self.seen, self.by_event[place], repeated)
        return BehaviourModel(workload, container, image, self.seen, frozenset(self.instances))

    @staticmethod
    def _count(counts: dict[Any, Seen], key: Hashable, more: Seen) -> None:
        """Add up counts of one observer."""
        before = counts.get(key)
        if before is None:
            counts[key] = more
        else:
            first, last = min(before.first_ns, more.first_ns), max(before.last_ns, more.last_ns)
            counts[key] = Seen(before.count + more.count, first, last)


def _seen(event: Event, count: int) -> Seen:
    """So many times, at the time of the event."""
    return Seen(count, event.time_ns, event.time_ns)


def behaviour_of(event: Event) -> Behaviour | None:
    """Return what an event shows, generalised; None when it names no target."""
    program = quote(event.program)
    kind = event.kind
    if kind in (Kind.CONNECT, Kind.BIND):
        return _address_behaviour(kind, program, event)
    if kind is None or not event.target:
        return None
    if kind is Kind.SYSCALL:
        return Behaviour(kind, program, event.target)
    target = path_pattern(event.target) if kind is Kind.WRITE else quote(event.target)
    return Behaviour(kind, program, target)


def _address_behaviour(kind: Kind, program: str, event: Event) -> Behaviour | None:
    """A connection or a bound address."""
    address = event.address
    if address is None or address.family == "unix":
        path = address.host if address else event.target
        return Behaviour(kind, program, path_pattern(path), "unix") if path[:1] in ("/", "@") else None
    try:
        host = ipaddress.ip_address(address.host)
    except ValueError:
        return None
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped:
        host = host.ipv4_mapped
    network = ipaddress.ip_network(host)
    ports = str(address.port)
    if kind is Kind.BIND:
        ports = _listening_ports(address)
        if not host.is_loopback:
            # a task's own address is another one each time, and the wildcard takes them all
            network = ipaddress.ip_network("0.0.0.0/0" if host.version == 4 else "::/0")
    elif host.is_loopback and address.port >= FIRST_EPHEMERAL:
        ports = f"{FIRST_EPHEMERAL}-{_LAST_PORT}"  # of a listener in this task that took its port by chance
    family = "inet" if host.version == 4 else "inet6"
    return Behaviour(kind, program, "", family, address.protocol, str(network), ports)


def _listening_ports(address: Address) -> str:
    """The port that was bound, or the range it was taken from by chance."""
    if address.protocol == "udp" and address.port >= FIRST_UNPRIVILEGED:
        return f"{FIRST_UNPRIVILEGED}-{_LAST_PORT}"
    if address.port >= FIRST_EPHEMERAL:
        return f"{FIRST_EPHEMERAL}-{_LAST_PORT}"
    return str(address.port)
