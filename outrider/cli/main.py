"""`outrider`: finds the subcommand, turns our errors into a message and an exit status."""

import sys

import click

from outrider import __version__
from outrider.cli.console import say_error, stop_printing
from outrider.cli.lazy import group_of
from outrider.errors import ExitStatus, OutriderError

COMMANDS = {
    "patch": "outrider.cli.patch",
    "unpatch": "outrider.cli.unpatch",
    "run": "outrider.cli.run",
    "learn": "outrider.cli.learn",
    "model": "outrider.cli.model",
    "policy": "outrider.cli.policy",
    "events": "outrider.cli.events",
    "record": "outrider.cli.record",
    "scan": "outrider.cli.scan",
    "layer": "outrider.cli.layer",
    "function": "outrider.cli.function",
    "db": "outrider.cli.db",
    "coverage": "outrider.cli.coverage",
}
"""Subcommand → module whose `command` is the click command, imported when called for."""


@click.group(cls=group_of(COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="outrider")
def outrider() -> None:
    """Runtime defence for code that owns no host: AWS Fargate and Lambda.

    \b
    A first round on a task definition:
      outrider patch task.json -o patched.json     put the defender in
      outrider run patched.json                    run it here, by Fargate's rules
      outrider learn events.jsonl -o model.json    what it does
      outrider policy from-model model.json        what it may do from now on

    \b
    Exit status: 0 done and within policy; 1 done, and something failed the policy;
    2 wrong usage; 3 not everything could be looked at; 4 the environment is at fault.
    """


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the console script; always ends in SystemExit."""
    try:
        result = outrider.main(args=arguments, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitStatus.USAGE)
    except BrokenPipeError:
        stop_printing()
        sys.exit(ExitStatus.OK)
    except OutriderError as error:
        say_error(error)
        sys.exit(error.exit_status)
    sys.exit(result if isinstance(result, int) else ExitStatus.OK)
