"""`outrider db info`: what there is, how old it is, whether it is what it says."""

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from outrider.cli.console import ERR, OUT, print_json
from outrider.cli.database import signing
from outrider.cli.database.directory import MANIFEST, SIGNATURE, default_directory, is_intact
from outrider.cli.database.opening import OpenDatabase, open_database
from outrider.cli.moment import moment
from outrider.errors import ExitStatus
from outrider.scan.advisories.manifest import Shard


@click.command("info", short_help="What there is, and how old it is.")
@click.option(
    "--db", "directory", default="", metavar="DIR", help="Default: $OUTRIDER_DB, else the user's cache."
)
@click.option(
    "--key", default="", metavar="PUBKEY", help="Must have signed it; default: the key it came with."
)
@click.option("--max-age", type=click.FloatRange(min=0), metavar="DAYS", help="Older than that fails.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, directory: str, key: str, max_age: float | None, as_json: bool) -> ExitStatus:
    """Show the shards of a database, and look at every byte of them.

    Its age is that of the oldest feed of packages that says when it was published; else that of the build.

    \b
    Exit status: 0 all is well; 1 it is older than --max-age, or not signed as it must be; 3 a shard is
    damaged; 4 there is no database."""
    folder = Path(directory) if directory else default_directory()
    database = open_database(folder, now=moment())
    states = {shard.name: _state(folder, shard) for shard in database.manifest.shards}
    signature, signed = _signature(folder, key)
    age = database.fact.age_days
    too_old = max_age is not None and (age is None or age > max_age)
    if as_json:
        print_json(_plain(database, states, signature, too_old=too_old))
    else:
        _show(database, states, signature, max_age if too_old else None)
    if "damaged" in states.values():
        return ExitStatus.INCOMPLETE
    return ExitStatus.POLICY if too_old or not signed else ExitStatus.OK


def _state(folder: Path, shard: Shard) -> str:
    """Whether a shard is there, and whole."""
    if not (folder / shard.file).is_file():
        return "absent"
    return "whole" if is_intact(folder, shard) else "damaged"


def _signature(folder: Path, key: str) -> tuple[str, bool]:
    """What there is to say of the signature, and whether that is as it must be."""
    path = folder / SIGNATURE
    signatures = path.read_bytes()[: signing.MAX_BYTES] if path.is_file() else b""
    trusted = signing.trusted_key(folder, key)
    if trusted is None:
        return ("signed, by whom nobody asks (--key)" if signatures else "not signed"), True
    try:
        signing.verify((folder / MANIFEST).read_bytes(), signatures, trusted)
    except signing.RefusedDatabase as error:
        return error.message, False
    return f"signed with {signing.shown(trusted)}", True


def _plain(
    database: OpenDatabase, states: dict[str, str], signature: str, *, too_old: bool
) -> dict[str, Any]:
    """The same as data."""
    fact = database.fact
    shards = [
        {
            "name": shard.name,
            "state": states[shard.name],
            "advisories": shard.advisories,
            "packages": shard.packages,
            "size": shard.size,
            "newest": shard.newest,
            "as_of": shard.as_of,
            "sha256": shard.sha256,
        }
        for shard in database.manifest.shards
    ]
    head = {"directory": str(database.directory), "digest": fact.digest, "built": fact.built}
    age = None if fact.age_days is None else round(fact.age_days, 2)
    return {**head, "age_days": age, "too_old": too_old, "signature": signature, "shards": shards}


def _show(database: OpenDatabase, states: dict[str, str], signature: str, max_age: float | None) -> None:
    """Tell a person."""
    fact, shards = database.fact, database.manifest.shards
    total = sum(shard.advisories for shard in shards)
    age = "of unknown age" if fact.age_days is None else f"{fact.age_days:.1f} days old"
    OUT.print(f"{database.directory}: {len(shards)} shards, {total} advisories, {age}", markup=False)
    OUT.print(f"built {fact.built}, {fact.digest}", markup=False)
    OUT.print(f"{signature}", markup=False)
    table = Table("shard", "advisories", "packages", "size", "newest", "published", "state", box=None)
    for shard in shards:
        size = f"{shard.size / 1e6:.2f} MB"
        numbers = (str(shard.advisories), str(shard.packages), size)
        table.add_row(shard.name, *numbers, shard.newest, shard.as_of[:10], states[shard.name])
    OUT.print(table)
    if max_age is not None:
        ERR.print(f"older than {max_age:g} days: `outrider db update`, or build it again", markup=False)
