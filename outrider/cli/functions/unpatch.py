"""`outrider function unpatch`: take the layer off functions, exactly."""

from typing import Any

import click

from outrider.account.function_writing import Plan, removing
from outrider.account.functions import Seen
from outrider.cli.aws.functions import opened
from outrider.cli.functions import applying, choosing
from outrider.errors import ExitStatus
from outrider.inject.function_unpatch import unpatch_function


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
    functions = opened(region)
    wanted = choosing.chosen(
        functions, names, tags=tags, patterns=patterns, everything=everything, region=region
    )

    def decide(seen: Seen) -> Plan:
        change = unpatch_function(seen.found, without_original=without_original)
        return removing(functions, seen, change)

    return applying.report(applying.each(functions, wanted, decide, manner), (), manner)
