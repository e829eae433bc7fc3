"""`outrider coverage`: what of an account is protected, what is not and why, and what mends it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click
from rich.text import Text

from outrider.cli.console import OUT, print_json, say_note
from outrider.errors import ExitStatus, OutriderError
from outrider.inject import coverage
from outrider.inject.coverage import UNKNOWN, Row
from outrider.inject.protection import State
from outrider.report.harmless import harmless

_COLOURS = {
    State.PROTECTED.value: "green",
    State.NOT.value: "bold red",
    State.DRIFTED.value: "red",
    State.OLD.value: "yellow",
    UNKNOWN: "bold magenta",
}
_PARTS = ("services", "functions")


@click.command(short_help="Say what of an account is protected.")
@click.option("--region", default=None, metavar="REGION", help="Default: as the AWS CLI has it.")
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="Only services of these clusters.")
@click.option("--only", type=click.Choice(_PARTS), default=None, help="Look at these alone.")
@click.option(
    "--sidecar", default="", metavar="REF", envvar="OUTRIDER_SIDECAR_IMAGE", show_envvar=True,
    help="The sidecar's image there is now: another one is old. Default: as the CDK app says.",
)  # fmt: skip
@click.option(
    "--outcomes", default="", metavar="TABLE", envvar="OUTRIDER_OUTCOMES_TABLE", show_envvar=True,
    help="The injector's outcomes: they say why something is not protected, and what was set back.",
)  # fmt: skip
@click.option(
    "--threshold", type=click.FloatRange(0, 100), default=None, metavar="PERCENT", help="Exit 1 below."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(
    *,
    region: str | None,
    clusters: tuple[str, ...],
    only: str | None,
    sidecar: str,
    outcomes: str,
    threshold: float | None,
    as_json: bool,
) -> ExitStatus:
    """Look at every ECS service and Lambda function of an account and region; nothing is written.

    Each is protected, not protected, drifted (it was, and somebody set it back or took a part away), old (an
    older sidecar or layer than there is now), unsupported, or left out (its owner asked for that by a tag).
    The percentage is of the first four, and of what could not be looked at.

    \b
      outrider coverage
      outrider coverage --threshold 95 --only services        in CI
      outrider coverage --outcomes TABLE --json               with the injector's reasons

    Exit status: 1 below --threshold, 3 when something could not be looked at.

    Permissions: ecs:ListClusters, DescribeClusters, ListServices, DescribeServices, DescribeTaskDefinition;
    lambda:ListFunctions, GetFunctionConfiguration, ListTags, ListAliases, ListLayerVersions,
    ListProvisionedConcurrencyConfigs, GetFunctionCodeSigningConfig; ssm:GetParameter on /outrider/*;
    ecr:DescribeImages where the sidecar is named by its tag; for --outcomes: dynamodb:GetItem.
    """
    rows = sorted(_rows(region, clusters, only, sidecar, outcomes), key=lambda row: (row.kind, row.name))
    numbers = coverage.counts(rows)
    if as_json:
        print_json(
            {
                "percent": coverage.percent(numbers),
                **_keys(numbers),
                "subjects": [asdict(row) for row in rows],
            }
        )
    else:
        _show(rows, numbers)
    if numbers[UNKNOWN]:
        return ExitStatus.INCOMPLETE
    protected, total = coverage.share(numbers)
    below = threshold is not None and total > 0 and protected * 100 < threshold * total
    return ExitStatus.POLICY if below else ExitStatus.OK


def _rows(
    region: str | None, clusters: tuple[str, ...], only: str | None, sidecar: str, outcomes: str
) -> Iterator[Row]:
    """Everything that is looked at; what cannot be listed at all is unknown."""
    from outrider.cli.aws.coverage import Account  # noqa: PLC0415 - boto3 is heavy; --help does without

    account = Account(region=region, sidecar=sidecar, outcomes=outcomes)
    if not account.sidecar and only != "functions":
        why = account.why_unknown or "--sidecar"
        say_note(f"which sidecar image there is now is not known ({why}): no service is called old")
    if only != "functions":
        try:
            yield from account.service_rows(clusters)
        except OutriderError as error:
            yield coverage.unknown_row("services", "all", error)
    if only != "services" and not clusters:
        try:
            yield from account.function_rows()
        except OutriderError as error:
            yield coverage.unknown_row("functions", "all", error)


def _show(rows: Sequence[Row], numbers: dict[str, int]) -> None:
    """The totals first; then one line each, with what would mend it beneath."""
    said = ", ".join(f"{count} {name}" for name, count in numbers.items())
    OUT.print(Text(f"{coverage.percent(numbers):.1f} % protected: {said}"))
    names = [harmless(row.name, 80) for row in rows]
    width = max(map(len, names), default=0)
    for row, name in zip(rows, names, strict=True):
        state = Text(f"{row.state:<13}", _COLOURS.get(row.state, ""))
        OUT.print(Text.assemble(f"  {row.kind:<8}  {name:<{width}}  ", state, f"  {harmless(row.why, 600)}"))
        for note in row.notes:
            OUT.print(Text(f"{'':<{width + 14}}note: {harmless(note, 300)}"))
        if row.command:
            OUT.print(Text(f"{'':<{width + 14}}mend: {harmless(row.command, 600)}"))


def _keys(numbers: dict[str, int]) -> dict[str, int]:
    """Counts under names that JSON's readers can use as such."""
    return {name.replace(" ", "_"): count for name, count in numbers.items()}
