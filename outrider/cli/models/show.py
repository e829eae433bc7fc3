"""`outrider model show`: the entries of a model, as a table or as JSON."""

from collections.abc import Iterable
from typing import Any

import click
from rich.text import Text

from outrider.cli.console import OUT, print_json
from outrider.cli.models.loading import load_models, shown_id
from outrider.errors import ExitStatus
from outrider.model.behaviour import MOST_INSTANCES, MOST_LIVES, Behaviour, BehaviourModel, Seen
from outrider.model.behaviour_words import target_of
from outrider.model.event import Kind
from outrider.report.harmless import harmless
from outrider.runtime.jsonl import format_time


@click.command("show", short_help="What a model holds.")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--container", default="", metavar="NAME", help="Only of this container.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only of this kind.")
@click.option("--left-out", is_flag=True, help="Only what no policy is made of: struck out, or flagged.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(
    *, models: tuple[str, ...], container: str, kind: str | None, left_out: bool, as_json: bool
) -> ExitStatus:
    """List the entries of models: what was done by which program, how often, in how many lives, and when.

    \b
    Examples:
      outrider model show model.json
      outrider model show model.json --kind connect
      outrider model show model.json --left-out --json
    """
    known = [model for path in models for model in load_models(path)]
    chosen = [model for model in known if not container or model.container == container]
    shown = [(model, _chosen(model, kind, left_out=left_out)) for model in chosen]
    if as_json:
        print_json([_plain(model, entries) for model, entries in shown])
    else:
        for model, entries in shown:
            _table(model, entries)
    return ExitStatus.OK


_Entries = list[tuple[Behaviour, Seen]]


def _chosen(model: BehaviourModel, kind: str | None, *, left_out: bool) -> _Entries:
    """Entries that are wanted, sorted."""
    wanted = (
        (one, seen)
        for one, seen in model.seen.items()
        if (not kind or one.kind.value == kind) and not (left_out and seen.stands)
    )
    kinds = list(Kind)
    return sorted(wanted, key=lambda pair: (kinds.index(pair[0].kind), pair[0]))


def _table(model: BehaviourModel, entries: _Entries) -> None:
    """For people."""
    lives = _at_least(len(model.instances), MOST_INSTANCES)
    OUT.print(Text(f"{harmless(model.title)}: {model.standing.stage}, {len(entries)} entries, {lives} lives"))
    rows = [(_HEAD, ""), *((_cells(one, seen), "" if seen.stands else "red") for one, seen in entries)]
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*(row for row, _ in rows), strict=True)]
    for row, style in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        OUT.print(Text(line.rstrip(), style))


_HEAD = ("entry", "kind", "program", "target", "seen", "lives", "first", "last", "")
_WIDEST = 60
"""Columns of a cell that others are aligned by."""


def _cells(one: Behaviour, seen: Seen) -> tuple[str, ...]:
    """One line of the table."""
    cells = (
        *(shown_id(one), one.kind.value, one.program, target_of(one), str(seen.count)),
        *(_at_least(len(seen.lives), MOST_LIVES), _minute(seen.first_ns), _minute(seen.last_ns)),
        "; ".join(_said(seen)),
    )
    return tuple(harmless(cell, 300) for cell in cells)


def _said(seen: Seen) -> Iterable[str]:
    """What is to be said of an entry, in words."""
    if seen.judged:
        yield f"{seen.judged.word} by {seen.judged.who}: {seen.judged.why}"
        if seen.struck and seen.last_ns > seen.judged.at_ns:
            yield "seen again since"
    if seen.flagged:
        yield f"flagged by {', '.join(sorted(seen.flagged))}"
    if seen.unused:
        yield f"not seen in {seen.unused} versions"
    if seen.gone:
        yield "its program is not in the image"


def _at_least(number: int, most: int) -> str:
    """A number that is exact below a bound."""
    return str(number) if number < most else f"{number} or more"


def _minute(time_ns: int) -> str:
    """To the minute, in UTC."""
    return format_time(time_ns)[:16].replace("T", " ")


def _plain(model: BehaviourModel, entries: _Entries) -> dict[str, Any]:
    """As data."""
    head = {"workload": model.workload, "container": model.container, "image": model.image}
    standing = {"stage": model.standing.stage.value, "lives": len(model.instances)}
    return head | standing | {"entries": [_entry(one, seen) for one, seen in entries]}


def _entry(one: Behaviour, seen: Seen) -> dict[str, Any]:
    """One entry as data."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "program": one.program,
        "target": target_of(one),
        "seen": seen.count,
        "lives": len(seen.lives),
        "lives_exact": len(seen.lives) < MOST_LIVES,
        "first": format_time(seen.first_ns),
        "last": format_time(seen.last_ns),
        "by": sorted(seen.by),
        "sha256": sorted(seen.sha256),
        "shapes": sorted(seen.shapes),
        "flagged": sorted(seen.flagged),
        "stands": seen.stands,
        "judged": _judged(seen),
        "unused_versions": seen.unused,
        "gone": seen.gone,
    }


def _judged(seen: Seen) -> dict[str, Any] | None:
    """What a person said of it."""
    if seen.judged is None:
        return None
    said = seen.judged
    return {"at": format_time(said.at_ns), "struck": said.struck, "who": said.who, "why": said.why}
