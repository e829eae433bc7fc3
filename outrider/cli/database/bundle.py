"""`outrider db bundle`: a database as one file, for machines without a network."""

import io
import tarfile
from pathlib import Path

import click

from outrider.cli.console import ERR
from outrider.cli.database import signing
from outrider.cli.database.choosing import wanted
from outrider.cli.database.directory import (
    MANIFEST,
    SIGNATURE,
    default_directory,
    explained,
    manifest_bytes,
    verify,
)
from outrider.cli.files import read_capped
from outrider.errors import EnvironmentFault, ExitStatus
from outrider.scan.advisories import manifest


@click.command("bundle", short_help="A database as one file.")
@click.option("-o", "--output", required=True, metavar="FILE", help="The tar to write.")
@click.option(
    "--db", "directory", default="", metavar="DIR", help="Default: $OUTRIDER_DB, else the user's cache."
)
@click.option("--only", multiple=True, metavar="ECOSYSTEM", help="Debian:12, PyPI, cve …; default: all.")
def command(*, output: str, directory: str, only: tuple[str, ...]) -> ExitStatus:
    """Put manifest, signature and shards into one tar; the same database makes the same bytes.

    \b
    Example:
      outrider db bundle -o db.tar
      outrider db update --bundle db.tar       on the other machine
    """
    folder = Path(directory) if directory else default_directory()
    data = manifest_bytes(folder)
    if data is None:
        raise EnvironmentFault(f"there is no advisory database in {folder}", hint="build or fetch one first.")
    chosen = wanted(only)
    shards = [
        shard
        for shard in manifest.parse(data).shards
        if chosen(shard.name) and (folder / shard.file).is_file()
    ]
    files = [verify(folder, shard) for shard in shards]
    partial = Path(f"{output}.partial")
    with explained(f"cannot write {output}"):
        try:
            _write(partial, data, folder / SIGNATURE, files)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
        size = Path(output).stat().st_size
    ERR.print(f"wrote {output}: {len(files)} shards, {size / 1e6:.1f} MB", markup=False)
    return ExitStatus.OK


def _write(target: Path, data: bytes, signature: Path, files: list[Path]) -> None:
    """The tar: names, sizes and bytes, and nothing of this machine."""
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as bundle:
        small = {MANIFEST: data}
        if signature.is_file():
            small[SIGNATURE] = read_capped(signature, signing.MAX_BYTES, "the signature")
        for name, content in small.items():
            bundle.addfile(_member(name, len(content)), io.BytesIO(content))
        for path in files:
            with path.open("rb") as stream:
                bundle.addfile(_member(path.name, path.stat().st_size), stream)


def _member(name: str, size: int) -> tarfile.TarInfo:
    """An entry of the tar."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member
