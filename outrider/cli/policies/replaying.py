"""`outrider policy check --replay`: what a policy would have done with what was recorded."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from outrider.cli import duration
from outrider.cli.console import OUT, print_json
from outrider.cli.event_files import LogReader
from outrider.cli.moment import moment
from outrider.cli.policies.loading import load_document
from outrider.errors import ExitStatus, UsageError
from outrider.model.behaviour import Seen
from outrider.model.event import FUNCTION, Verdict
from outrider.policy.replay import Recorded, Replay
from outrider.report.harmless import harmless
from outrider.runtime.acts import Acts
from outrider.runtime.jsonl import format_time

_SHOWN = 40
"""Acts of one kind of difference that a person is shown."""


def replayed(documents: Sequence[str], records: Sequence[str], *, since: str, as_json: bool) -> ExitStatus:
    """Replay records under one document. Raises UsageError, InvalidInput."""
    if len(documents) != 1:
        raise UsageError("--replay is of one policy", hint="outrider policy check DOC --replay RECORD")
    first_ns = 0
    if since:
        first_ns = int((moment() - duration.parse(since, "--since")).timestamp()) * 1_000_000_000
    reader, replay = LogReader(), Replay(load_document(documents[0]))
    for told in reader.read(records):
        if isinstance(told, Acts):
            for act, seen in told.acts:
                if seen.last_ns >= first_ns:
                    replay.take(act, seen)
        elif told.time_ns >= first_ns:
            replay.take(told)
    if as_json:
        print_json(_plain(replay))
    else:
        _show(replay)
    unread = reader.problems.finish()
    if unread is not ExitStatus.OK:
        return unread
    return ExitStatus.POLICY if replay.stopped() else ExitStatus.OK


def _show(replay: Replay) -> None:
    """Tell a person."""
    counts = replay.verdicts
    said = ", ".join(f"{counts[verdict]} {word}" for verdict, word in _WORDS.items())
    OUT.print(f"{sum(counts.values())} acts replayed: {said}")
    for container, count in sorted(replay.elsewhere.items()):
        name = harmless(container, 80) or "an unnamed container"
        OUT.print(Text(f"  {count} of {name}, which the policy does not have"))
    if replay.undecided:
        OUT.print(Text(f"  {replay.undecided} could not be decided: the record does not say enough of them"))
    _listed("would be stopped, and was let through", replay.stopped(), "bold red")
    _listed("would be reported, and was let through in silence", replay.reported(), "yellow")
    _listed("would be let through, and was stopped", replay.released(), "magenta")
    if replay.untold:
        OUT.print(Text(f"and {replay.untold} more acts that differ"))


_WORDS = {Verdict.ALLOW: "allowed", Verdict.ALERT: "reported", Verdict.BLOCK: "stopped"}


def _listed(title: str, found: Sequence[tuple[Recorded, Seen]], style: str) -> None:
    """One kind of difference."""
    if not found:
        return
    OUT.print(Text(f"{title}:", style))
    for one, seen in found[:_SHOWN]:
        times = "once" if seen.count == 1 else f"{seen.count} times"
        by = f"rule {one.rule}" if one.rule else f"the default of {one.kind}"
        where = "" if one.container == FUNCTION else f"{one.container}: "
        words = f"{one.program} {one.kind} {one.target}"
        OUT.print(Text(f"  {harmless(where + words, 300)}  {times}, by {by}"))
    if len(found) > _SHOWN:
        OUT.print(Text(f"  and {len(found) - _SHOWN} more; --json has them all", "dim"))


def _plain(replay: Replay) -> dict[str, Any]:
    """As data."""
    return {
        "acts": {verdict.value: replay.verdicts[verdict] for verdict in _WORDS},
        "unchanged": replay.unchanged,
        "of_other_containers": dict(sorted(replay.elsewhere.items())),
        "undecided": replay.undecided,
        "untold": replay.untold,
        "stopped": [_one(*pair) for pair in replay.stopped()],
        "reported": [_one(*pair) for pair in replay.reported()],
        "released": [_one(*pair) for pair in replay.released()],
    }


def _one(one: Recorded, seen: Seen) -> dict[str, Any]:
    """One act."""
    return {
        "container": one.container,
        "kind": one.kind.value,
        "program": one.program,
        "target": one.target,
        "before": one.before.value,
        "now": one.now.value,
        "rule": one.rule,
        "count": seen.count,
        "first": format_time(seen.first_ns),
        "last": format_time(seen.last_ns),
    }
