"""`outrider function unpatch`: take the layer off functions, exactly."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from outrider.cli.aws.functions import Functions, Seen
from outrider.cli.functions import applying, choosing
from outrider.cli.functions.applying import Plan
from outrider.errors import ExitStatus
from outrider.inject import function_versions
from outrider.inject.function_original import Moved, from_text
from outrider.inject.function_unpatch import unpatch_function
from outrider.model.outcome import Covered


@click.command("unpatch", short_help="Take the layer off functions.")
@choosing.options
@click.option("--without-original", is_flag=True, help="No record is left: take out all that has our names.")
@applying.options
def command(
    *,
    names: tuple[str, ...],
    tags: tuple[str, ...],
    patterns: tuple[str, ...],
    everything: bool,
    region: str | None,
    without_original: bool,
    **choices: Any,
) -> ExitStatus:
    """Take everything that `outrider function patch` put on Lambda functions off again.

    What comes out is what went in before; what was changed since stays as changed, and is named. Aliases
    that the patch moved go back, unless somebody moved them since. Versions stay as they were published.

    \b
      outrider function unpatch checkout --diff
      outrider function unpatch --tag com.outrider.function
    """
    manner = applying.Manner(**choices)
    functions = Functions(region=region)
    wanted = choosing.chosen(
        functions, names, tags=tags, patterns=patterns, everything=everything, region=region
    )

    def decide(seen: Seen) -> Plan:
        return _plan(functions, seen, without_original=without_original)

    return applying.report(applying.each(functions, wanted, decide, manner), (), manner)


def _plan(functions: Functions, seen: Seen, *, without_original: bool) -> Plan:
    """The change with the aliases that go back."""
    change = unpatch_function(seen.found, without_original=without_original)
    if not isinstance(change.outcome, Covered) or not seen.found.original:
        return Plan(change=change, write=lambda: _write(functions, seen, change.update))
    name = seen.found.name
    back, warnings = function_versions.moves_back(seen.aliases, from_text(seen.found.original, name))
    if back:
        moved = f"{change.outcome.detail}; aliases moved back: {', '.join(back)}"
        change = replace(change, outcome=replace(change.outcome, detail=moved))

    def write() -> None:
        """The record goes last: until then what is done can be done again."""
        for alias, move in back.items():
            functions.move_alias(name, alias, Moved(move.target, move.source, move.weights))
        _write(functions, seen, change.update)

    return Plan(change=change, warnings=tuple(warnings), moves_aliases=bool(back), write=write)


def _write(functions: Functions, seen: Seen, update: Mapping[str, Any]) -> None:
    """The configuration, our tag, and then the record."""
    if update:
        functions.update(seen, update)
    functions.mark(seen, marked=False)
    if seen.found.original:
        functions.write_original(seen.found.name, "")
