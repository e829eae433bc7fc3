"""`outrider model keep`: this is behaviour of the workload, whatever was said of it."""

import click

from outrider.cli.models.judging import judge
from outrider.errors import ExitStatus


@click.command("keep", short_help="Keep entries that were flagged or struck out.")
@click.argument("model", metavar="MODEL")
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY...")
@click.option("--who", required=True, metavar="NAME", help="Who says so.")
@click.option("--why", required=True, metavar="TEXT", help="Why.")
@click.option("--container", default="", metavar="NAME", help="Only in the model of this container.")
def command(*, model: str, entries: tuple[str, ...], who: str, why: str, container: str) -> ExitStatus:
    """Keep entries of MODEL although a detector flagged them, or somebody struck them out.

    \b
    Example:
      outrider model keep model.json 3f9a02c1 --who kim --why "our own health check is a shell script"
    """
    judge(model, entries, container, struck=False, who=who, why=why)
    return ExitStatus.OK
