"""`outrider model diff`: what a version does that another did not."""

import click
from rich.text import Text

from outrider.cli.console import OUT, print_json
from outrider.cli.models.loading import load_models, only, shown_id
from outrider.errors import ExitStatus
from outrider.report.harmless import harmless
from outrider.runtime.model_diff import ModelChange, What, diff

_SIGNS = {What.ADDED: ("+", "yellow"), What.DROPPED: ("-", "green"), What.CHANGED: ("~", "magenta")}


@click.command("diff", short_help="What a version does that another did not.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--container", default="", metavar="NAME", help="Of this container, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, old: str, new: str, container: str, as_json: bool) -> ExitStatus:
    """Say in words what programs, destinations, files … NEW adds to OLD, drops and changes.

    What NEW carried over and has not seen counts as dropped. How often and when is no difference.

    \b
    Example:
      outrider model diff model-1.json model-2.json

    \b
    Exit status: 0 no difference; 1 there are differences.
    """
    changes = diff(only(load_models(old), container, old), only(load_models(new), container, new))
    if as_json:
        print_json(
            [
                {"what": one.what.value, "group": one.group, "entry": one.behaviour.id, "words": one.words}
                for one in changes
            ]
        )
    else:
        _show(changes)
    return ExitStatus.POLICY if changes else ExitStatus.OK


def _show(changes: tuple[ModelChange, ...]) -> None:
    """Tell a person."""
    if not changes:
        OUT.print("no difference")
        return
    counts = {what: sum(change.what is what for change in changes) for what in What}
    OUT.print(", ".join(f"{count} {what}" for what, count in counts.items() if count))
    group = ""
    for change in changes:
        if change.group != group:
            group = change.group
            OUT.print(Text(f"{group}:", "bold"))
        sign, style = _SIGNS[change.what]
        line = Text(f"  {sign} {harmless(change.words)}", style)
        OUT.print(line.append(f"  {shown_id(change.behaviour)}", "dim"))
