"""`outrider record verify`: is a record what was written?"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.text import Text

from outrider.cli.console import OUT, print_json
from outrider.cli.files import open_input, read_capped
from outrider.cli.flight_files import segments
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.report.harmless import harmless
from outrider.runtime.flight import sealed
from outrider.runtime.flight.caps import MANIFEST
from outrider.runtime.flight.verify import (
    Looked,
    chain_problems,
    look,
    seal_chain_problems,
    seal_problems,
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one record or seal."""

    path: str
    container: str
    files: int
    bytes: int
    events: int
    first: int
    """Number of the first segment; those before it have given way."""
    head: str
    """Chain value before it, hex."""
    tail: str
    """Chain value at the end, hex."""
    unfinished: int
    """Bytes of a last frame that has no end: it may be being written."""
    problems: tuple[str, ...]


@click.command("verify")
@click.argument("directories", nargs=-1, required=True, metavar="DIR...")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def verify(*, directories: tuple[str, ...], as_json: bool) -> ExitStatus:
    """Check that a record is what was written: every frame, the chain of its segments, its seals.

    A DIR is the record of one container, or holds those of several, or is what was sealed. The chain shows
    what was changed, cut or taken out in the middle. It has no key: whether somebody made a whole other
    record shows only the `tail` that was told elsewhere before, as in a manifest that was sent to S3.

    \b
    Examples:
      outrider record verify /var/lib/outrider/record
      outrider record verify record/web/sealed/incident-1 --json

    \b
    Exit status: 0 all is what was written; 1 something is not; 2 wrong usage.
    """
    found = [one for directory in directories for one in _verify(Path(directory))]
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        _show(found)
    return ExitStatus.POLICY if any(one.problems for one in found) else ExitStatus.OK


def _verify(directory: Path) -> Iterable[Verified]:
    """A record with its seals, a seal, or a directory of either. Raises UsageError: none is there."""
    if not directory.is_dir():
        raise UsageError(f"{directory} is no directory", hint="name the directory of a record, or of a seal.")
    found = list(_one(directory))
    if not found:
        inside = sorted(path for path in directory.iterdir() if path.is_dir() and path.name[0] != ".")
        found = [one for path in inside for one in _one(path)]
        if problems := _between(path for path in inside if (path / sealed.FILE).exists()):
            found.append(_verified(directory, [], problems))
    if not found:
        raise UsageError(f"no flight record in {directory}", hint="segments are named NNNNNNNN.flight.")
    return found


def _one(directory: Path) -> Iterable[Verified]:
    """One record with its seals, or one seal; nothing when it is neither."""
    if (directory / sealed.FILE).exists():
        yield _seal(directory)
        return
    paths = segments(directory)
    if not paths:
        return
    looked = [_look(path) for path in paths]
    yield _verified(directory, looked, list(chain_problems(looked, newest_may_grow=True)))
    base = directory / "sealed"
    if base.is_dir():
        seals = sorted(path for path in base.iterdir() if path.is_dir() and path.name[0] != ".")
        yield from map(_seal, seals)
        if problems := _between(seals):
            yield _verified(base, [], problems)


def _seal(directory: Path) -> Verified:
    """One seal."""
    looked = [_look(path) for path in segments(directory)]
    try:
        problems = list(seal_problems(sealed.parse(_manifest(directory)), looked))
    except (InvalidInput, UsageError) as error:
        problems = [error.message]
    return _verified(directory, looked, problems)


def _between(seals: Iterable[Path]) -> list[str]:
    """What is wrong between seals, as far as their manifests can be read: of the others was told already."""
    manifests = []
    for directory in seals:
        try:
            data = _manifest(directory)
            sealed.parse(data)
        except (InvalidInput, UsageError):
            continue
        manifests.append(data)
    return list(seal_chain_problems(manifests))


def _manifest(directory: Path) -> bytes:
    """A seal's manifest. Raises UsageError, EnvironmentFault, InvalidInput."""
    return read_capped(directory / sealed.FILE, MANIFEST, "the manifest")


def _look(path: Path) -> Looked:
    """One segment. Raises UsageError, EnvironmentFault."""
    with open_input(path, "the segment") as stream:
        return look(path.name, stream)


def _verified(directory: Path, looked: list[Looked], problems: list[str]) -> Verified:
    """What was found, in one value."""
    header = looked[0].header if looked else None
    return Verified(
        path=str(directory),
        container=header.container if header else "",
        files=len(looked),
        bytes=sum(one.size for one in looked),
        events=sum(one.events for one in looked),
        first=header.number if header else 0,
        head=header.previous.hex() if header else "",
        tail=looked[-1].tail.hex() if looked else "",
        unfinished=looked[-1].torn if looked else 0,
        problems=tuple(problems),
    )


def _show(found: Iterable[Verified]) -> None:
    """Tell a person."""
    for one in found:
        word = ("NOT AS WRITTEN", "bold red") if one.problems else ("whole", "green")
        OUT.print(Text(f"{one.path}: ").append(*word))
        if one.files:
            told = f"{one.files} segments from number {one.first}, {one.bytes} bytes, {one.events} events"
            OUT.print(Text(f"  {told}"))
            OUT.print(Text(f"  chain ends in {one.tail}"), soft_wrap=True)
        if one.unfinished and not one.problems:
            OUT.print(
                Text(f"  its last {one.unfinished} bytes are no whole frame: a crash, or being written")
            )
        for problem in one.problems:
            OUT.print(Text(f"  {harmless(problem, 300)}"))
