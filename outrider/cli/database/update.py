"""`outrider db update`: fetch a database, or what has changed of it."""

from pathlib import Path

import click

from outrider.cli import outcomes
from outrider.cli.console import ERR, OUT, print_json
from outrider.cli.database import signing
from outrider.cli.database.choosing import wanted
from outrider.cli.database.directory import default_directory
from outrider.cli.database.origins import BundleOrigin, Origin, origin
from outrider.cli.database.updating import Updated, update
from outrider.cli.database.web import Web
from outrider.errors import ExitStatus, UsageError


@click.command("update", short_help="Fetch a database, or what has changed of it.")
@click.option("--source", default="", metavar="URL|DIR", help="Where it is published.")
@click.option(
    "--mirror", "mirrors", multiple=True, metavar="URL|DIR", help="Asked when the ones before fail."
)
@click.option("--bundle", default="", metavar="FILE", help="A bundle of `outrider db bundle`, instead.")
@click.option(
    "--key", default="", metavar="PUBKEY", help="Must have signed it: FILE.pub, or its 44 characters."
)
@click.option("--only", multiple=True, metavar="ECOSYSTEM", help="Debian:12, PyPI, cve …; default: all.")
@click.option(
    "-o", "--output", default="", metavar="DIR", help="Default: $OUTRIDER_DB, else the user's cache."
)
@click.option("--http", "plain_http", multiple=True, metavar="HOST", help="May be asked without TLS.")
@click.option("--force", is_flag=True, help="Also an older database than the one that is there.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def command(
    *,
    source: str,
    mirrors: tuple[str, ...],
    bundle: str,
    key: str,
    only: tuple[str, ...],
    output: str,
    plain_http: tuple[str, ...],
    force: bool,
    as_json: bool,
) -> ExitStatus:
    """Bring the database in DIR to what is published: only shards that changed are fetched.

    Every file is compared with the digest in the manifest. With --key (or $OUTRIDER_DB_KEY) the manifest must
    be signed with that key; it is remembered, and asked for from then on. An older database than the one that
    is there is refused.

    \b
    Examples:
      outrider db update --source https://example.org/outrider-db --key db.key.pub
      outrider db update --source https://a.example/db --mirror https://b.example/db --only PyPI
      outrider db update --bundle /media/stick/db.tar

    \b
    Exit status: 0 done; 1 refused: not signed as it must be, or older; 3 it is damaged; 4 it cannot be
    reached."""
    origins = _origins(source, mirrors, bundle, plain_http)
    directory = Path(output) if output else default_directory()
    done = update(
        origins,
        directory,
        key=signing.trusted_key(directory, key),
        wanted=wanted(only),
        force=force,
        progress=lambda what: ERR.print(what, markup=False),
    )
    _report(done, directory, as_json=as_json)
    return ExitStatus.OK


def _origins(source: str, mirrors: tuple[str, ...], bundle: str, plain_http: tuple[str, ...]) -> list[Origin]:
    """The places to ask, in order."""
    if bundle:
        if source or mirrors:
            raise UsageError("a bundle and a source at once", hint="say one of them.")
        return [BundleOrigin(Path(bundle))]
    if not source:
        raise UsageError("where from?", hint="say --source URL, --source DIR or --bundle FILE.")
    web = Web(plain_http=plain_http)
    return [origin(given, web) for given in (source, *mirrors)]


def _report(done: Updated, directory: Path, *, as_json: bool) -> None:
    """Say what came of it."""
    if as_json:
        report = outcomes.as_json(done.outcomes, ())
        facts = {"directory": str(directory), "origin": done.origin, "built": done.manifest.built}
        print_json({**facts, "fetched": done.fetched, **report})
        return
    outcomes.show(OUT, done.outcomes, (), json_wanted=False)
    fetched = f"{done.fetched / 1e6:.1f} MB fetched"
    words = f"{len(done.manifest.shards)} shards, built {done.manifest.built}, {fetched}"
    ERR.print(f"{directory} is what {done.origin} has: {words}", markup=False)
