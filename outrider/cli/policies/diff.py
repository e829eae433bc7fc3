"""`outrider policy diff`: what changes from one policy to another."""

import dataclasses

import click
from rich.text import Text

from outrider.cli.console import OUT, print_json
from outrider.cli.policies.loading import load_document
from outrider.errors import ExitStatus
from outrider.policy.diff import Change, Effect, What, diff
from outrider.policy.diff_summary import summary
from outrider.report.harmless import harmless

_SIGNS = {What.ADDED: "+", What.REMOVED: "-", What.CHANGED: "~", What.REORDERED: "~"}
_STYLES = {Effect.MORE: "yellow", Effect.LESS: "green", Effect.SAME: "dim", Effect.UNCLEAR: "magenta"}


@click.command("diff", short_help="What changes, in words.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, old: str, new: str, as_json: bool) -> ExitStatus:
    """Say in words what changes from policy document OLD to NEW: which programs, destinations, files come, go
    and change, then rule by rule, and whether more or less is allowed.

    \b
    Examples:
      outrider policy diff policy.yaml proposed.yaml
      git show HEAD:policy.yaml | outrider policy diff - policy.yaml

    \b
    Exit status: 0 no difference; 1 there are differences.
    """
    changes = diff(load_document(old), load_document(new))
    if as_json:
        print_json([dataclasses.asdict(change) for change in changes])
    else:
        _show(changes)
    return ExitStatus.POLICY if changes else ExitStatus.OK


def _show(changes: tuple[Change, ...]) -> None:
    """Tell a person."""
    if not changes:
        OUT.print("no difference")
        return
    counts = {effect: sum(change.effect is effect for change in changes) for effect in Effect}
    told = ", ".join(f"{count} where {effect}" for effect, count in counts.items() if count)
    OUT.print(f"{len(changes)} differences: {told}")
    for part in summary(changes):
        OUT.print(harmless(part.words), markup=False)
    container = None
    for change in changes:
        if change.container != container:
            container = change.container
            OUT.print(Text(f"{container or 'the document'}:", "bold"))
        line = Text(f"  {_SIGNS[change.what]} {change.words}", _STYLES[change.effect])
        OUT.print(line.append(f"  [{change.effect}]", "dim"))
