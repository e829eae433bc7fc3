"""`outrider unpatch`: take the defender out of a task definition, exactly."""

from pathlib import Path

import click

from outrider import limits
from outrider.cli import outcomes
from outrider.cli.aws.validate import check_register
from outrider.cli.console import ERR, OUT
from outrider.cli.files import STANDARD, read_capped, write_atomic
from outrider.inject import difference, document
from outrider.inject.unpatch import unpatch


@click.command(short_help="Take the defender out of a task definition.")
@click.argument("taskdef", metavar="TASKDEF.json")
@click.option("-o", "--output", metavar="OUT", help="Write the definition here instead of to stdout.")
@click.option(
    "--diff", is_flag=True, help="Print what would change as a unified diff, instead of the definition."
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def command(taskdef: str, output: str | None, diff: bool, as_json: bool) -> None:
    """Take everything that `outrider patch` put in out of a task definition again.

    What comes out is what went in before the patch, but for the order of keys; what was edited since stays
    as edited, and is named. TASKDEF.json may be describe output; `-` is stdin.

    \b
      outrider unpatch patched.json -o task.json
      aws ecs describe-task-definition --task-definition shop --include TAGS | outrider unpatch -

    Without our labels, or with damaged ones, nothing is guessed: the command says so and writes nothing.
    """
    given = document.load(read_capped(taskdef, limits.TASK_DEFINITION, "the task definition"))
    done = unpatch(given)
    unknown = [
        f"kept, though unknown to the API model here: {name}" for name in check_register(done.document)
    ]
    quiet = output and output != STANDARD and not diff
    outcomes.show(OUT if quiet else ERR, done.outcomes, [*done.warnings, *unknown], json_wanted=as_json)
    before = document.register_form(given).document
    if diff:
        click.echo(difference.unified(before, done.document, Path(taskdef).name), nl=False)
    if output or not diff:
        ordered = difference.in_the_order_of(before, done.document)
        write_atomic(output or STANDARD, difference.text(ordered))
