"""`outrider model strike`: this is no behaviour of the workload."""

import click

from outrider.cli.models.judging import judge
from outrider.errors import ExitStatus


@click.command("strike", short_help="Strike entries out, for good.")
@click.argument("model", metavar="MODEL")
@click.argument("entries", nargs=-1, required=True, metavar="ENTRY...")
@click.option("--who", required=True, metavar="NAME", help="Who says so.")
@click.option("--why", required=True, metavar="TEXT", help="Why.")
@click.option("--container", default="", metavar="NAME", help="Only in the model of this container.")
def command(*, model: str, entries: tuple[str, ...], who: str, why: str, container: str) -> ExitStatus:
    """Strike entries out of MODEL: they are no behaviour of the workload.

    They stay in the file, as struck out: merged with other models or learned again, they are still struck,
    and no policy is made of them. `outrider model keep` takes it back.

    \b
    Example:
      outrider model strike model.json 3f9a02c1 77ab0e12 --who kim --why "a test by hand"
    """
    judge(model, entries, container, struck=True, who=who, why=why)
    return ExitStatus.OK
