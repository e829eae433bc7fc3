"""Rows as a person reads them, and back from JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from demo.programs.attacks import Tried
from demo.programs.proof import Row

_COLUMNS = (
    ("program", 11, "<"),
    ("version", 26, "<"),
    ("entries", 7, ">"),
    ("rules", 5, ">"),
    ("model B", 7, ">"),
    ("events", 7, ">"),
    ("learn ok", 8, ">"),
    ("block ok", 8, ">"),
    ("failed", 6, ">"),
    ("false blocks", 12, ">"),
    ("attacks stopped", 15, ">"),
    ("seen", 4, ">"),
    ("held", 4, "<"),
)


def head() -> str:
    """The table's first line."""
    return "  ".join(f"{name:{align}{width}}" for name, width, align in _COLUMNS)


def line(row: Row) -> str:
    """One program, and below it what did not hold."""
    outcomes = Counter(one.outcome for one in row.tried)
    cells = (
        row.program,
        row.version[:26],
        row.learned,
        row.rules,
        row.model_bytes,
        row.events,
        row.learning_ok,
        row.blocking_ok,
        len(row.failed),
        len(row.false_blocks),
        f"{outcomes['stopped']} of {len(row.tried)}",
        outcomes["seen"],
        "yes" if row.held else "NO",
    )
    columns = "  ".join(
        f"{cell:{align}{width}}" for cell, (_, width, align) in zip(cells, _COLUMNS, strict=True)
    )
    return "\n".join([columns, *(f"    {said}" for said in _wrong(row))])


def _wrong(row: Row) -> list[str]:
    """What did not hold, in words."""
    found = [f"failed: {said}" for said in row.failed] + [f"false block: {said}" for said in row.false_blocks]
    found += [
        f"{one.outcome}: {one.name} ({one.how})" for one in row.tried if one.outcome in ("open", "no effect")
    ]
    found += [
        f"does not work without a policy either: {one.name} {one.trouble}"
        for one in row.without
        if not one.worked
    ]
    return [*found, *([row.trouble] if row.trouble else [])]


def summary(rows: Sequence[Row]) -> str:
    """All together."""
    outcomes = Counter(one.outcome for row in rows for one in row.tried)
    became = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "none"
    learning, blocking = sum(row.learning_ok for row in rows), sum(row.blocking_ok for row in rows)
    failed, wrong = sum(len(row.failed) for row in rows), sum(len(row.false_blocks) for row in rows)
    return (
        f"\n{sum(row.held for row in rows)} of {len(rows)} programs held; "
        f"requests answered: {learning} learning, {blocking} blocking; failed: {failed}; "
        f"false blocks: {wrong}; attacks: {became}"
    )


def row(plain: dict[str, Any]) -> Row:
    """A row as `dataclasses.asdict` made it."""
    lists = {name: tuple(plain[name]) for name in ("failed", "false_blocks")}
    tries = {name: tuple(map(_tried, plain[name])) for name in ("tried", "without")}
    return Row(**{**plain, **lists, **tries})


def _tried(plain: dict[str, Any]) -> Tried:
    return Tried(**{**plain, "stopped": tuple(plain["stopped"]), "seen": tuple(plain["seen"])})
