"""How a change is written to a function: in an order that can be broken off anywhere and done again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from outrider.account.errors import TryAgainError
from outrider.account.functions import Functions, Seen
from outrider.errors import OutriderError
from outrider.inject import function_versions
from outrider.inject.function_original import Moved, from_text, to_text
from outrider.inject.function_patch import FunctionChange
from outrider.inject.function_versions import Publishing
from outrider.model.outcome import Covered, Failed

ATTEMPTS = 5
"""How often a function is read again because somebody else changed it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done to one function, and how."""

    change: FunctionChange
    warnings: tuple[str, ...] = ()
    moves_aliases: bool = False
    write: Callable[[], None]

    @property
    def changes(self) -> bool:
        """Whether anything is to be written at all."""
        return self.change.changes or (self.moves_aliases and isinstance(self.change.outcome, Covered))


def carry_out(functions: Functions, name: str, decide: Callable[[Seen], Plan], *, write: bool) -> Plan:
    """Read one function, decide, and write; read again as long as somebody else is changing it.

    Raises OutriderError: TryAgainError when that never ends.
    """
    for attempt in range(ATTEMPTS):
        plan = decide(functions.read(name))
        try:
            if write and plan.changes:
                plan.write()
        except TryAgainError:
            if attempt == ATTEMPTS - 1:
                raise
            functions.settle(name)
            continue
        break
    return plan


def protecting(functions: Functions, seen: Seen, change: FunctionChange, publishes: Publishing) -> Plan:
    """The plan for a change of `patch_function`, with the aliases it moves."""
    if not isinstance(change.outcome, Covered):
        return Plan(change=change, write=lambda: None)
    original = from_text(change.original, seen.found.name)
    try:
        moves = function_versions.plan(change.after, seen.aliases, original, publishes)
    except OutriderError as error:
        failed = Failed(change.outcome.subject, error.message, error.hint)
        return Plan(change=replace(change, outcome=failed), write=lambda: None)

    def write() -> None:
        """The record first: whatever fails after it can be taken back."""
        name = seen.found.name
        if change.original != seen.found.original:
            functions.write_original(name, change.original)
        if change.update:
            functions.update(seen, change.update)
        functions.mark(seen, marked=change.marked)
        if not moves.aliases:
            return
        version = functions.publish(name)
        aliases = function_versions.recorded(original, moves.aliases, version)
        functions.write_original(name, to_text(replace(original, aliases=aliases)))
        for alias in moves.aliases:
            functions.move_alias(name, alias.name, Moved(alias.version, version), alias.revision)

    notes = function_versions.notes(change.after, seen.provisioned)
    return Plan(
        change=change,
        warnings=(*seen.warnings, *moves.warnings, *notes),
        moves_aliases=bool(moves.aliases),
        write=write,
    )


def removing(functions: Functions, seen: Seen, change: FunctionChange) -> Plan:
    """The plan for a change of `unpatch_function`, with the aliases that go back."""
    if not isinstance(change.outcome, Covered) or not seen.found.original:
        return Plan(change=change, write=lambda: _take_off(functions, seen, change.update))
    name = seen.found.name
    back, warnings = function_versions.moves_back(seen.aliases, from_text(seen.found.original, name))
    if back:
        moved = f"{change.outcome.detail}; aliases moved back: {', '.join(back)}"
        change = replace(change, outcome=replace(change.outcome, detail=moved))

    def write() -> None:
        """The record goes last: until then what is done can be done again."""
        for alias, move in back.items():
            functions.move_alias(name, alias, Moved(move.target, move.source, move.weights))
        _take_off(functions, seen, change.update)

    return Plan(change=change, warnings=tuple(warnings), moves_aliases=bool(back), write=write)


def _take_off(functions: Functions, seen: Seen, update: Mapping[str, Any]) -> None:
    """The configuration, our tag, and then the record."""
    if update:
        functions.update(seen, update)
    functions.mark(seen, marked=False)
    if seen.found.original:
        functions.write_original(seen.found.name, "")
