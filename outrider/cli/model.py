"""`outrider model`: what was learned, and what people say of it."""

import click

from outrider.cli.lazy import group_of

COMMANDS = {
    "show": "outrider.cli.models.show",
    "strike": "outrider.cli.models.strike",
    "keep": "outrider.cli.models.keep",
    "merge": "outrider.cli.models.merge",
    "stage": "outrider.cli.models.stage",
    "carry": "outrider.cli.models.carry",
    "diff": "outrider.cli.models.diff",
}
"""Subcommand → module, imported when called for."""


@click.group("model", cls=group_of(COMMANDS))
def command() -> None:
    """Look at behaviour models, correct them, and take them from version to version.

    A model holds what each container of a workload was seen to do, one entry a behaviour, as `outrider learn`
    writes it. Entries are called by the first digits of their id.

    \b
    From learning to blocking:
      outrider learn record/ -o model.json
      outrider model show model.json
      outrider model strike model.json 3f9a02c1 --who kim --why "a test by hand"
      outrider model stage model.json                          where it stands, what is missing
      outrider model stage model.json --set blocking --who kim --why "read it, no alert for a week"
      outrider policy from-model model.json -o policy.yaml
    \b
    When a new version comes:
      outrider scan shop:2 --format json -o scan.json
      outrider model carry model.json --scan scan.json --image sha256:… -o model-2.json
      outrider model diff model.json model-2.json
    """
