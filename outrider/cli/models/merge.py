"""`outrider model merge`: the union of models."""

import click

from outrider.cli.console import ERR
from outrider.cli.files import STANDARD
from outrider.cli.models.loading import load_models, save_models, union
from outrider.errors import ExitStatus


@click.command("merge", short_help="The union of any number of models.")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "-o", "--output", default=STANDARD, metavar="FILE", help="Where to write; default: standard output."
)
def command(*, models: tuple[str, ...], output: str) -> ExitStatus:
    """Merge models: those of the same version of the same workload become one.

    The order makes no difference, nor that a model is given twice. What is struck out in one is struck out.

    \b
    Example:
      outrider model merge task-*.json -o model.json
    """
    merged = union(model for path in models for model in load_models(path))
    save_models(output, merged)
    for model in merged:
        counts = f"{len(model.seen)} entries, {len(model.instances)} lives"
        ERR.print(f"{model.title}: {counts}", markup=False)
    return ExitStatus.OK
