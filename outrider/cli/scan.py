"""`outrider scan`: what is in it, what is wrong with it, and whether it may pass."""

import os
from pathlib import Path
from platform import machine

import click

from outrider.cli.console import ERR, say_note
from outrider.cli.files import STANDARD
from outrider.cli.moment import moment
from outrider.cli.scanning.cache import Cache, default_directory
from outrider.cli.scanning.options import LOOKED_FOR, Options
from outrider.cli.scanning.outputs import Output, check, write
from outrider.cli.scanning.progress import Progress
from outrider.cli.scanning.run import scan
from outrider.cli.targets.target import parse
from outrider.errors import ExitStatus, UsageError
from outrider.model.finding import Severity
from outrider.model.image import Platform
from outrider.report import tally
from outrider.report.registry import FORMATS
from outrider.report.report import Report

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def _only(context: click.Context, parameter: click.Parameter, value: str) -> frozenset[str]:
    """`--only os,secrets` as a set."""
    chosen = frozenset(filter(None, (word.strip() for word in value.split(","))))
    if unknown := chosen - set(LOOKED_FOR):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(LOOKED_FOR)}")
    return chosen or frozenset(LOOKED_FOR)


def _platform(context: click.Context, parameter: click.Parameter, value: str | None) -> Platform | None:
    """`linux/arm64`."""
    if value is None:
        return None
    system, slash, architecture = value.partition("/")
    if not (system and slash and architecture):
        raise click.BadParameter(f"{value!r} is not OS/ARCHITECTURE, as linux/arm64")
    return Platform(system, architecture)


def _also(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """`--also sarif=out.sarif` in its parts."""
    outputs = []
    for value in values:
        name, equals, path = value.partition("=")
        if not equals or not path or name not in FORMATS:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE, with one of {', '.join(FORMATS)}")
        outputs.append(Output(name, path))
    return tuple(outputs)


@click.command(
    "scan",
    context_settings={"max_content_width": 100},
    short_help="What is in an image or a function, and what is wrong with it?",
)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option(
    "--only",
    metavar="LIST",
    default="",
    callback=_only,
    help=f"Look for these alone, of {','.join(LOOKED_FOR)}.  [default: all]",
)
@click.option(
    "--platform",
    metavar="OS/ARCH",
    callback=_platform,
    help="Which image of several, as linux/arm64.  [default: this machine's]",
)
@click.option(
    "--format",
    "form",
    metavar="FORMAT",
    type=click.Choice(tuple(FORMATS)),
    help=f"Of the report: {', '.join(FORMATS)}.  [default: text]",
)
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@click.option(
    "-o", "--output", metavar="FILE", default=STANDARD, help="Write the report here.  [default: stdout]"
)
@click.option(
    "--also",
    metavar="FORMAT=FILE",
    multiple=True,
    callback=_also,
    help="Another report of the same scan, as sarif=scan.sarif. Repeatable.",
)
@click.option("--details", is_flag=True, help="Text: every finding on its own, not by what to upgrade.")
@click.option(
    "--fail-on",
    metavar="SEVERITY",
    type=click.Choice([one.word for one in reversed(Severity) if one]),
    help="Exit 1 on findings this bad or worse: critical, high, medium, low, negligible. One of unknown "
    "severity counts as high.",
)
@click.option(
    "--thresholds", metavar="FILE", help="Exit 1 by the thresholds of a file: templates/scan/ has one."
)
@click.option(
    "--ignore",
    "ignores",
    metavar="FILE",
    multiple=True,
    help="Findings to live with, each with owner, reason and expiry. Repeatable.",
)
@click.option(
    "--baseline", metavar="FILE", help="A JSON report of before: only what is new since then fails."
)
@click.option(
    "--vex",
    metavar="FILE",
    multiple=True,
    help="OpenVEX: what it says is not affected, or fixed, is ignored. Repeatable.",
)
@click.option(
    "--model",
    "models",
    metavar="FILE",
    multiple=True,
    help="A behaviour model (outrider learn): what is loaded comes first. Repeatable.",
)
@click.option(
    "--pack",
    "packs",
    metavar="NAME",
    multiple=True,
    help="Only this compliance pack, as cis-docker. Repeatable.  [default: all]",
)
@click.option(
    "--db",
    "database",
    metavar="DIR",
    envvar="OUTRIDER_DB",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The advisory database.  [default: ~/.cache/outrider/db]",
)
@click.option(
    "--db-key",
    metavar="KEY",
    envvar="OUTRIDER_DB_KEY",
    show_envvar=True,
    default="",
    help="Take only a database that this Ed25519 key signed: base64, or a file with it.",
)
@click.option(
    "--max-age",
    metavar="DAYS",
    type=click.FloatRange(min=0),
    default=7.0,
    show_default=True,
    help="An older database is told of as stale, and the scan as partial.",
)
@click.option(
    "--registry-http", metavar="HOST", multiple=True, help="Ask this registry without TLS. Repeatable."
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 64), help="Layers read at once.  [default: cores]"
)
@click.option("--no-cache", is_flag=True, help="Remember nothing of this scan, nor use earlier ones.")
def command(
    *,
    targets: tuple[str, ...],
    form: str | None,
    as_json: bool,
    output: str,
    also: tuple[Output, ...],
    details: bool,
    only: frozenset[str],
    platform: Platform | None,
    fail_on: str | None,
    thresholds: str | None,
    ignores: tuple[str, ...],
    baseline: str | None,
    vex: tuple[str, ...],
    models: tuple[str, ...],
    packs: tuple[str, ...],
    database: Path | None,
    db_key: str,
    max_age: float,
    registry_http: tuple[str, ...],
    jobs: int | None,
    no_cache: bool,
) -> ExitStatus:
    """What is in an image or a function, and what is wrong with it: vulnerabilities, secrets, compliance.

    \b
    outrider scan alpine:3.20                        an image, straight from its registry
    outrider scan archive:image.tar --fail-on high   what `docker save` wrote; fail on high or worse
    outrider scan oci:layout:web -o web.html --format html    an image of an OCI layout, as a page
    outrider scan zip:app.zip zip:layer.zip          a function's package and its layer, as one
    outrider scan lambda:checkout                    a function in the account, layers and settings
    outrider scan task:task.json                     the settings of a task definition
    outrider scan sbom:app.cdx.json --model m.json   an SBOM; what is loaded at run time first

    A TARGET is KIND:WHERE. Without a kind it is guessed: what there is on disk goes before what might be
    in a registry.

    \b
    dir:FOLDER             a folder of this machine; other file systems below it are left out
    zip:FILE               a function's package; further ones are its layers
    oci:FOLDER[:NAME]      an OCI image layout
    archive:FILE[:NAME]    what docker, podman or skopeo save; archive:- reads standard input
    registry:REFERENCE     an image in a registry, with the logins that docker and podman have
    ecr:NAME[:TAG]         an image in Amazon ECR; an ARN or a full reference will do
    lambda:NAME            a function in the account, or its ARN
    sbom:FILE              CycloneDX or SPDX
    task:FILE              an ECS task definition: its settings, not its images
    function:FILE          what `aws lambda get-function` prints

    An image is streamed, never unpacked, and layers that were read before are not fetched again.
    Vulnerabilities need an advisory database: `outrider db update`, or `outrider db build --from-apt` for
    this machine's own Debian. A report that opens with PARTIAL could not look at everything.

    \b
    Exit status: 0 within the thresholds; 1 not; 2 wrong usage; 3 not everything could be looked at;
    4 the environment is at fault: no network, no permission.
    """
    outputs = (Output(_form(form, as_json=as_json), output), *also)
    check(outputs)
    if fail_on and thresholds:
        raise UsageError(
            "--fail-on and --thresholds exclude each other", hint="a thresholds file has `severity`."
        )
    options = Options(
        only=only,
        platform=platform or Platform("linux", _MACHINES.get(machine(), "amd64")),
        platform_asked=platform is not None,
        plain_http=frozenset(registry_http),
        cache=Cache(None if no_cache else default_directory(os.environ)),
        jobs=jobs or os.cpu_count() or 1,
        database=database,
        database_key=db_key,
        stale_days=max_age,
        models=models,
        vex=vex,
        packs=frozenset(packs),
        fail_on=fail_on or "",
        thresholds=thresholds or "",
        ignores=ignores,
        baseline=baseline or "",
        today=moment().date(),
    )
    with Progress(ERR) as progress:
        report, notes = scan([parse(target) for target in targets], options, progress)
    for note in notes:
        say_note(note)
    write(report, outputs, details=details)
    return _status(report)


def _form(chosen: str | None, *, as_json: bool) -> str:
    """The format of the report. Raises UsageError for two at once."""
    if as_json and chosen not in {None, "json"}:
        raise UsageError(f"--json and --format {chosen} exclude each other", hint="--also gives another.")
    return "json" if as_json else chosen or "text"


def _status(report: Report) -> ExitStatus:
    """Of the gate first, then of what could not be looked at."""
    if report.violations:
        return ExitStatus.POLICY
    if tally.partial(report):
        return ExitStatus.INCOMPLETE
    return ExitStatus.OK
