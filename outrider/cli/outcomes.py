"""Outcomes as a person or a script reads them: the count first, then one line each, then what to know."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from outrider.model.outcome import Failed, Outcome, count, words

_COLOURS = {"covered": "green", "skipped": "yellow", "failed": "bold red"}


def as_json(outcomes: Sequence[Outcome], warnings: Sequence[str]) -> dict[str, Any]:
    """The same as JSON: the counts, the outcomes with what was decided, the warnings."""
    listed = [{"outcome": _kind(outcome), **asdict(outcome)} for outcome in outcomes]
    return {**_numbers(outcomes), "outcomes": listed, "warnings": list(warnings)}


def show(
    console: Console, outcomes: Sequence[Outcome], warnings: Sequence[str], *, json_wanted: bool
) -> None:
    """Print the report."""
    if json_wanted:
        print(json.dumps(as_json(outcomes, warnings), indent=2, ensure_ascii=False), file=console.file)
        return
    console.print(Text(count(outcomes)))
    width = max((len(outcome.subject) for outcome in outcomes), default=0)
    for outcome in outcomes:
        kind = _kind(outcome)
        subject = f"  {outcome.subject:<{width}}  "
        console.print(Text.assemble(subject, (f"{kind:<7}", _COLOURS[kind]), f"  {words(outcome)}"))
        if isinstance(outcome, Failed) and outcome.hint:
            console.print(Text(f"{'':<{width + 4}}hint: {outcome.hint}"))
    for warning in warnings:
        console.print(Text.assemble("  ", ("note: ", "yellow"), warning))


def _numbers(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many of each kind."""
    kinds = [_kind(outcome) for outcome in outcomes]
    return {kind: kinds.count(kind) for kind in _COLOURS}


def _kind(outcome: Outcome) -> str:
    """Which of the three it is, as a word."""
    return type(outcome).__name__.lower()
