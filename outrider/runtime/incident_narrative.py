"""An incident in sentences that are read in ten seconds: facts of the record, in order, never a guess.

Names come from attackers: what is no plain name or path is put in quotation marks, so that it cannot pass for
a sentence of ours, and is cut.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from outrider.model.event import Event, Kind, Verdict
from outrider.model.incident import Deviation, Shape
from outrider.runtime import words
from outrider.runtime.incident_story import Story, pids
from outrider.runtime.process_tree import lineage

MOST_STEPS = 8
"""Things a program did that are told one by one."""
MOST_STOPPED = 4
MOST_RECOGNISED = 3
_TRIED = "tried to "
_LONGEST = 80
"""Characters of one name."""
_PLAIN = re.compile(r"[\w./@:+\[\]=-]+", re.ASCII)
_TOLD = frozenset({Kind.EXEC, Kind.CONNECT, Kind.BIND, Kind.WRITE})
"""Kinds of allowed acts that are worth a word."""
_NOUNS = {
    Kind.EXEC: "the run of",
    Kind.CONNECT: "the connection to",
    Kind.BIND: "the listening on",
    Kind.WRITE: "the change of",
    Kind.SYSCALL: "the call of",
    Kind.RESOLVE: "the look-up of",
    Kind.READ: "the reading of",
    Kind.LOAD: "the loading of",
    Kind.INVOKE: "the invocation by",
}


@dataclass(slots=True)
class Step:
    """Acts of one kind by one process, one after the other."""

    event: Event
    """The first."""
    objects: list[str] = field(default_factory=list)

    def phrase(self) -> str:
        """`ran /bin/sh`, `tried to connect to 10.0.0.7 port 22 (tcp) and 30 more`."""
        event = self.event
        if event.kind is None:
            return "did something unknown"
        said = self.objects[0]
        if len(self.objects) == 2:
            said = f"{said} and {self.objects[1]}"
        elif len(self.objects) > 2:
            said = f"{said} and {len(self.objects) - 1} more"
        if event.verdict is Verdict.BLOCK:
            return f"{_TRIED}{words.DOING[event.kind]} {said}"
        return f"{words.DID[event.kind]} {said}"

    def starts(self, program: str) -> bool:
        """Whether this is how a program came to run."""
        event = self.event
        ran = event.kind is Kind.EXEC and event.verdict is not Verdict.BLOCK and not event.errno
        return ran and event.target == program


def named(text: str) -> str:
    """A name: as it is where it is a plain one, else in quotation marks; cut."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    if _PLAIN.fullmatch(text):
        return text
    return f'"{words.shown(text).replace(chr(34), chr(39))}"'


def program(path: str) -> str:
    """Last name of a program's path."""
    return named(path.rsplit("/", 1)[-1]) if path else "an unknown program"


def title(container: str, shapes: Sequence[Shape], deviations: Sequence[Deviation]) -> str:
    """One line that says what it is about."""
    where = f" in {named(container)}" if container else ""
    if shapes:
        return f"{words.shown(shapes[0].title)}{where}"
    if not deviations:
        return f"Something that is not allowed{where}"
    blocked = [one for one in deviations if one.event.verdict is Verdict.BLOCK]
    first = (blocked or deviations)[0].event
    step = Step(first, [_object(first)])
    more = len({_object(one.event) for one in deviations}) - 1
    and_more = f", and {more} more" if more else ""
    return f"{program(first.program)} {step.phrase()}{and_more}{where}"


def narrative(
    story: Story,
    shapes: Sequence[Shape],
    deviations: Sequence[Deviation],
    events: Iterable[Event],
    *,
    closed: bool,
) -> str:
    """The whole."""
    evidence = {one.event.seq for one in deviations} | story.evidence
    events = list(events)
    came = _leading_up(events, evidence)
    steps = list(_steps(event for event in events if event.seq in evidence | came or _is_told(story, event)))
    sentences = [
        *_acts(steps),
        *_stopped(deviations),
        *_after(story, closed=closed),
        *_recognised(shapes),
    ]
    return " ".join(f"{text}." for text in sentences)


def _is_told(story: Story, event: Event) -> bool:
    """Whether an allowed act of a process that the story started is worth a word."""
    return (
        event.kind in _TOLD and not _failed(event) and event.time_ns >= story.begin_ns and story.is_own(event)
    )


def _leading_up(events: Sequence[Event], evidence: Collection[int]) -> set[int]:
    """Numbers of the runs, shortly before, of the programs that the first act came from."""
    first = next((event for event in events if event.seq in evidence), None)
    above = set(pids(first)) if first else set()
    return {
        event.seq
        for event in events
        if first and event.time_ns < first.time_ns and event.pid in above and Step(event).starts(event.target)
    }


def _failed(event: Event) -> bool:
    """Whether it came to nothing for another reason than ours. 115: a connection that is being made."""
    return event.verdict is not Verdict.BLOCK and event.errno not in (0, 115)


def _steps(events: Iterable[Event]) -> Iterator[Step]:
    """What follows each other, and is the same but for its object, is one step."""
    last: Step | None = None
    for event in events:
        same = last is not None and _sort(last.event) == _sort(event) and event.kind is not Kind.EXEC
        if last is not None and same:
            if _object(event) not in last.objects:
                last.objects.append(_object(event))
            continue
        if last is not None:
            yield last
        last = Step(event, [_object(event)])
    if last is not None:
        yield last


def _sort(event: Event) -> tuple[int, str, Kind | None, bool]:
    """What has to be the same."""
    return event.pid, event.program, event.kind, event.verdict is Verdict.BLOCK


def _acts(steps: Sequence[Step]) -> Iterator[str]:
    """Who did what, in order; a program that was just started goes on in the same sentence."""
    if not steps:
        return
    told = steps[:MOST_STEPS]
    sentence = f"{_first_subject(told[0].event)} "
    said: list[str] = []
    clauses = 0
    for place, step in enumerate(told):
        before = told[place - 1] if place else None
        if before is None or before.event.program == step.event.program:
            said.append(step.phrase())
            continue
        sentence += _predicates(said)
        said = [step.phrase()]
        if before.starts(step.event.program) and clauses < 3:
            sentence += ", which "
            clauses += 1
        else:
            yield sentence
            sentence, clauses = f"{program(step.event.program)} ", 0
    yield sentence + _predicates(said)
    if len(steps) > len(told):
        yield f"The timeline has {len(steps) - len(told)} more acts"


def _first_subject(event: Event) -> str:
    """The program, and where it comes from."""
    line = lineage(event)
    entry = next((name for _, name in line if name), "")
    who = program(event.program)
    if "foreign" in event.traits:
        return f"{who}, which the application did not start,"
    if len(line) > 1 and entry and entry != event.program:
        return f"{who}, under {program(entry)},"
    return who


def _stopped(deviations: Sequence[Deviation]) -> Iterator[str]:
    """What was refused."""
    found: dict[str, int] = {}
    for one in deviations:
        if one.event.verdict is Verdict.BLOCK and one.event.kind is not None:
            what = f"{_NOUNS[one.event.kind]} {_object(one.event)}"
            found[what] = found.get(what, 0) + one.times
    if not found:
        yield "Nothing of it was stopped"
        return
    told = [f"{what} ({times} times)" if times > 1 else what for what, times in found.items()]
    if len(told) > MOST_STOPPED:
        told = [*told[:MOST_STOPPED], f"{len(told) - MOST_STOPPED} more"]
    yield f"Stopped: {_and(told)}"


def _after(story: Story, *, closed: bool) -> Iterator[str]:
    """What is known of the time since."""
    if not closed or not story.blocked:
        return
    if story.dropped > story.dropped_at_stop:
        yield "Events were lost after that: whether anything left the task is not known"
    elif story.out_since_stop:
        yield "After that its processes still connected to the outside"
    else:
        yield "The record has no connection of its processes to the outside after that"


def _recognised(shapes: Sequence[Shape]) -> Iterator[str]:
    """What detectors say."""
    if not shapes:
        return
    said = list(dict.fromkeys(words.shown(shape.detection.what)[:200] for shape in shapes))
    more = f"; and {len(said) - MOST_RECOGNISED} more" if len(said) > MOST_RECOGNISED else ""
    yield f"Recognised: {'; '.join(said[:MOST_RECOGNISED])}{more}"


def _object(event: Event) -> str:
    """What was acted on."""
    if event.address is not None and event.address.family != "unix":
        name = f"{named(event.name)} at " if event.name else ""
        return f"{name}{words.address_text(event.address)}"
    if event.address is not None:
        return f"the socket {named(event.address.host)}"
    return named(event.target) if event.target else "something without a name"


def _predicates(phrases: Sequence[str]) -> str:
    """What one program did: each once, and `tried to` once for those that follow each other."""
    said = list(dict.fromkeys(phrases))
    tried = [phrase.startswith(_TRIED) for phrase in said]
    return _and(
        phrase.removeprefix(_TRIED) if place and tried[place] and tried[place - 1] else phrase
        for place, phrase in enumerate(said)
    )


def _and(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    said = list(parts)
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
