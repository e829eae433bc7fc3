"""`outrider scan`: what is in it, what is wrong with it, and whether it may pass."""

import os
import platform
from datetime import UTC, date, datetime
from pathlib import Path

import click

from outrider.cli.console import ERR, OUT
from outrider.cli.files import STANDARD, write_atomic
from outrider.cli.scanning import showing
from outrider.cli.scanning.cache import Cache, default_directory
from outrider.cli.scanning.options import LOOKED_FOR, Options
from outrider.cli.scanning.progress import Progress
from outrider.cli.scanning.run import scan
from outrider.cli.targets.target import parse
from outrider.errors import ExitStatus, UsageError
from outrider.model.finding import Severity
from outrider.model.image import Platform
from outrider.model.outcome import Failed
from outrider.report.registry import FORMATS
from outrider.report.report import Report

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def _only(context: click.Context, parameter: click.Parameter, value: str) -> frozenset[str]:
    """`--only os,secrets` as a set."""
    chosen = frozenset(filter(None, (word.strip() for word in value.split(","))))
    if unknown := chosen - set(LOOKED_FOR):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(LOOKED_FOR)}")
    return chosen or frozenset(LOOKED_FOR)


def _platform(context: click.Context, parameter: click.Parameter, value: str | None) -> Platform:
    """`linux/arm64`; without one, this machine's."""
    if value is None:
        return Platform("linux", _MACHINES.get(platform.machine(), "amd64"))
    system, slash, architecture = value.partition("/")
    if not (system and slash and architecture):
        raise click.BadParameter(f"{value!r} is not OS/ARCHITECTURE, as linux/arm64")
    return Platform(system, architecture)


def _also(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """`--also sarif=out.sarif` as pairs."""
    pairs = []
    for value in values:
        name, equals, path = value.partition("=")
        if not equals or not path or name not in FORMATS:
            raise click.BadParameter(f"{value!r} is not FORMAT=FILE, with one of {', '.join(FORMATS)}")
        pairs.append((name, path))
    return tuple(pairs)


@click.command("scan", short_help="What is in an image or a function, and what is wrong with it?")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--only", metavar="LIST", default="", callback=_only, help=f"Of {','.join(LOOKED_FOR)}. [all]")
@click.option(
    "--platform", metavar="OS/ARCH", callback=_platform, help="Of an image for several. [this machine's]"
)
@click.option("--format", "form", type=click.Choice(tuple(FORMATS)), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@click.option("-o", "--output", metavar="FILE", default=STANDARD, help="Write the report here. [stdout]")
@click.option(
    "--also",
    metavar="FORMAT=FILE",
    multiple=True,
    callback=_also,
    help="Another report of this scan. Repeatable.",
)
@click.option("--details", is_flag=True, help="Text: every finding on its own, not by what to upgrade.")
@click.option(
    "--fail-on",
    type=click.Choice([one.word for one in reversed(Severity) if one]),
    help="Exit 1 on findings this bad, or worse.",
)
@click.option("--thresholds", metavar="FILE", help="Exit 1 by the thresholds of a file (templates/scan/).")
@click.option(
    "--ignore",
    "ignores",
    metavar="FILE",
    multiple=True,
    help="Findings to live with: owner, reason, expiry. Repeatable.",
)
@click.option(
    "--baseline", metavar="FILE", help="A JSON report of before: only what is new since then fails."
)
@click.option("--vex", metavar="FILE", multiple=True, help="OpenVEX statements. Repeatable.")
@click.option(
    "--model",
    "models",
    metavar="FILE",
    multiple=True,
    help="Behaviour models: what is loaded comes first. Repeatable.",
)
@click.option(
    "--pack", "packs", metavar="NAME", multiple=True, help="Only these compliance packs. Repeatable. [all]"
)
@click.option(
    "--db",
    "database",
    metavar="DIR",
    envvar="OUTRIDER_DB",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The advisory database.",
)
@click.option(
    "--db-key", metavar="BASE64", default="", help="Take only a database signed with this Ed25519 key."
)
@click.option(
    "--max-age",
    metavar="DAYS",
    type=click.FloatRange(min=0),
    default=7.0,
    show_default=True,
    help="An older database is told of as stale.",
)
@click.option(
    "--registry-http", metavar="HOST", multiple=True, help="Ask this registry without TLS. Repeatable."
)
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), help="Layers read at once. [cores]")
@click.option("--no-cache", is_flag=True, help="Remember nothing of this scan, and of earlier ones.")
def command(
    *,
    targets: tuple[str, ...],
    form: str,
    as_json: bool,
    output: str,
    also: tuple[tuple[str, str], ...],
    details: bool,
    only: frozenset[str],
    platform: Platform,
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
    """Look into an image, a function's package, a folder or an SBOM: vulnerabilities, secrets, compliance.

    \b
    outrider scan alpine:3.20                           an image, straight from its registry
    outrider scan archive:image.tar --fail-on high      what `docker save` wrote; exit 1 on high or critical
    outrider scan zip:app.zip zip:layer.zip             a function's package and its layer, together
    outrider scan lambda:checkout                       a function in the account, its layers, its settings
    outrider scan task:task.json                        a task definition's settings
    outrider scan sbom:app.cdx.json --model model.json  an SBOM, what is loaded at run time first

    A TARGET is KIND:WHERE; where no kind is written it is guessed. Kinds: dir, zip, oci, archive, registry,
    ecr,
    lambda, sbom, task, function.

    The image is streamed, never unpacked; unchanged layers are not read again. Vulnerabilities need an
    advisory
    database: `outrider db update`, or `outrider db build --from-apt` for this machine's Debian.

    \b
    Exit status: 0 within the thresholds; 1 not; 2 wrong usage; 3 not everything could be looked at;
    4 the environment is at fault: no network, no permission.
    """
    if fail_on and thresholds:
        raise UsageError(
            "--fail-on and --thresholds exclude each other", hint="a thresholds file has `severity`."
        )
    options = Options(
        only=only,
        platform=platform,
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
        today=_today(),
    )
    with Progress(ERR) as progress:
        report, notes = scan([parse(target) for target in targets], options, progress)
    for note in notes:
        ERR.print(f"note: {note}", markup=False)
    for name, path in also:
        write_atomic(path, FORMATS[name].render(report))
    chosen = "json" if as_json else form
    if chosen == "text" and output == STANDARD:
        showing.show(OUT, report, details=details)
    else:
        write_atomic(output, FORMATS[chosen].render(report))
    return _status(report)


def _status(report: Report) -> ExitStatus:
    """Of the gate first, then of what could not be looked at."""
    if report.violations:
        return ExitStatus.POLICY
    if any(isinstance(outcome, Failed) for outcome in report.outcomes):
        return ExitStatus.INCOMPLETE
    return ExitStatus.OK


def _today() -> date:
    """The day by which grace, expiry and end of life are judged; SOURCE_DATE_EPOCH fixes it."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return moment.date()
