"""`outrider db build`: feeds → a database."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from outrider.cli import outcomes
from outrider.cli.console import ERR, OUT, print_json
from outrider.cli.database import apt, signing, sources
from outrider.cli.database.building import Built, build
from outrider.cli.database.directory import default_directory
from outrider.cli.moment import moment
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model.outcome import Failed
from outrider.scan.advisories.assembling import Feed, Progress
from outrider.scan.advisories.dates import in_full, parse_date


@click.command("build", short_help="Feeds → a database.")
@click.argument("given", nargs=-1, metavar="SOURCES...")
@click.option("--from-apt", is_flag=True, help="Also this machine's own security indexes.")
@click.option(
    "--only", multiple=True, metavar="ECOSYSTEM", help="Debian:12, PyPI, Alpine, cve …; default: all."
)
@click.option(
    "-o", "--output", default="", metavar="DIR", help="Default: $OUTRIDER_DB, else the user's cache."
)
@click.option(
    "--key", default="", metavar="FILE", help="Private key to sign with (`outrider policy keygen`)."
)
@click.option(
    "--built", default="", metavar="TIME", help="Time of the build; default: $SOURCE_DATE_EPOCH, else now."
)
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def command(
    *,
    given: tuple[str, ...],
    from_apt: bool,
    only: tuple[str, ...],
    output: str,
    key: str,
    built: str,
    as_json: bool,
) -> ExitStatus:
    """Build the advisory database from feeds, in place of the one in DIR.

    SOURCES are files, zips and folders. The format of each document is recognised; FORMAT:PATH names it.
    The same sources in any order make the same files.

    \b
    Formats:
      osv                osv.dev, GitHub, PyPA, RustSec, Go, Ubuntu (JSON)
      alpine-secdb       Alpine, Wolfi, Chainguard (JSON, YAML)
      debian-tracker     security-tracker.debian.org (JSON)
      debian-lists       DSA and DLA lists
      apt-packages       the Packages or Sources index of a security suite
      amazon-updateinfo  Amazon Linux (XML)
      redhat-csaf        Red Hat VEX (CSAF 2.0 JSON)
      ruby-advisory-db   gems and rubies (YAML)
      nodejs-security-wg Node.js and npm to 2019 (JSON)
      kev, epss          what is exploited, and how probably (JSON, CSV)

    \b
    Examples:
      outrider db build --from-apt -o db/
      outrider db build PyPI.zip npm.zip kev.json epss.csv.gz
      outrider db build --only Alpine:v3.20 secdb/ --key db.key -o db/

    \b
    Exit status: 0 done; 3 something could not be read, the rest is in the database; 4 there is nothing to
    read."""
    feeds: list[Feed] = [sources.parse(source) for source in given]
    if from_apt:
        feeds += apt.feeds()
    if not feeds:
        raise UsageError("no sources", hint="name files, zips or folders of feeds, or say --from-apt.")
    directory = Path(output) if output else default_directory()
    try:
        done = _build(feeds, directory, only, key, built)
    except InvalidInput as error:
        raise UsageError(error.message, hint=error.hint) from None
    _report(done, directory, as_json=as_json)
    failed = any(isinstance(outcome, Failed) for outcome in done.outcomes)
    return ExitStatus.INCOMPLETE if failed else ExitStatus.OK


def _build(feeds: list[Feed], directory: Path, only: tuple[str, ...], key: str, built: str) -> Built:
    """Build, and tell of progress where a person looks on."""
    sign = partial(signing.sign, private_key=signing.read_key(key)) if key else _unsigned
    when = _time(built)
    if not ERR.is_terminal:
        return build(feeds, directory, built=when, only=only, sign=sign)
    with ERR.status("reading") as status:
        return build(feeds, directory, built=when, only=only, sign=sign, progress=_told(status))


def _told(status: Any) -> Progress:
    """Progress as a line that changes."""

    def told(what: str, count: int) -> None:
        """Say it."""
        status.update(f"{what} {count or ''}".replace("[", "\\["))

    return told


def _unsigned(data: bytes) -> bytes:
    """No signature."""
    return b""


def _time(said: str) -> str:
    """The time of the build. Raises InvalidInput."""
    if not said:
        return in_full(moment())
    found = parse_date(said)
    if found is None:
        raise InvalidInput(f"--built {said!r} is no time", hint="write it as 2026-11-27T12:00:00Z.")
    return in_full(found)


def _report(done: Built, directory: Path, *, as_json: bool) -> None:
    """Say what came of it."""
    if as_json:
        counts = {name: dict(sorted(tally.records.items())) for name, tally in done.tallies}
        shards = [
            {"name": s.name, "advisories": s.advisories, "size": s.size, "sha256": s.sha256}
            for s in done.manifest.shards
        ]
        report = outcomes.as_json(done.outcomes, ())
        print_json(
            {
                "directory": str(directory),
                "built": done.manifest.built,
                "records": counts,
                "shards": shards,
                **report,
            }
        )
        return
    outcomes.show(OUT, done.outcomes, (), json_wanted=False)
    size = sum(shard.size for shard in done.manifest.shards)
    total = sum(shard.advisories for shard in done.manifest.shards)
    words = f"{len(done.manifest.shards)} shards, {total} advisories, {size / 1e6:.1f} MB"
    ERR.print(f"wrote {directory}: {words}", markup=False)
