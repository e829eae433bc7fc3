"""From an origin to the folder: the manifest first, then only the shards that are not there yet, then all at
once."""

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from outrider.cli.database import signing
from outrider.cli.database.directory import (
    MANIFEST,
    SIGNATURE,
    digest_of,
    explained,
    install,
    is_intact,
    locked,
    manifest_bytes,
)
from outrider.cli.database.origins import Offer, Origin
from outrider.cli.files import read_capped, write_atomic
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model import json_document
from outrider.model.outcome import Covered, Outcome, Skipped
from outrider.scan.advisories import manifest
from outrider.scan.advisories.manifest import Manifest, Shard

_TAG = "origin.json"
_PARTIAL = ".partial"
_SMALL = 64 << 10


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to."""

    manifest: Manifest
    origin: str
    """Which of the places had it."""
    outcomes: tuple[Outcome, ...]
    """Shards, and mirrors that were of no use."""
    fetched: int
    """Bytes that were fetched for shards."""


def update(
    origins: Sequence[Origin],
    directory: Path,
    *,
    key: bytes | None,
    wanted: Callable[[str], bool],
    force: bool = False,
    progress: Callable[[str], None] = lambda what: None,
) -> Updated:
    """Bring a folder to what the first origin that works has.

    `key`: the public key that must have signed; None: signatures are kept and not asked for. `force`: take an
    older database than the one there is. Raises RefusedDatabase, InvalidInput or EnvironmentFault of the last
    origin when none is of use; what is there stays."""
    with locked(directory) as work:
        for place, source in enumerate(origins):
            progress(source.name)
            try:
                offer = _offer(source, directory, key, force=force)
                found = manifest.parse(offer.manifest, f"the manifest of {source.name}")
                shards = [shard for shard in found.shards if wanted(shard.name)]
                outcomes, files = _shards(shards, [*origins[place:], *origins[:place]], directory, progress)
            except OutriderError as error:
                if place + 1 == len(origins):
                    raise
                progress(f"{source.name}: {error.message}")
                continue
            line = signing.line_for(offer.signatures, offer.manifest)
            install(directory, offer.manifest, line, files)
            _remember(directory, source.name, offer.tag)
            if key:
                signing.trust(directory, key)
            return Updated(found, source.name, tuple(outcomes), sum(_sizes(shards, files)))
    raise EnvironmentFault("no place to fetch a database from", hint=f"name one with --source ({work.name}).")


def _sizes(shards: Collection[Shard], files: Collection[str]) -> list[int]:
    """Sizes of the shards that were fetched."""
    return [shard.size for shard in shards if shard.file in files]


def _offer(source: Origin, directory: Path, key: bytes | None, *, force: bool) -> Offer:
    """The manifest an origin has, signed and not older than ours. Raises as `update`."""
    have = manifest_bytes(directory)
    offer = source.offer(_tag(directory, source.name) if have else "")
    if offer is None:
        if have is None:
            raise InvalidInput(f"{source.name} says that nothing changed, and there is nothing here")
        signatures = directory / SIGNATURE
        offer = Offer(
            have, signatures.read_bytes() if signatures.is_file() else b"", _tag(directory, source.name)
        )
    if key:
        signing.verify(offer.manifest, offer.signatures, key)
    if have and not force:
        _refuse_older(manifest.parse(offer.manifest), have, source.name)
    return offer


def _refuse_older(new: Manifest, have: bytes, name: str) -> None:
    """Refuse to go back; a manifest of ours that is damaged holds up nobody."""
    with suppress(InvalidInput):
        signing.refuse_older(new.built, manifest.parse(have).built, name)


def _shards(
    shards: Sequence[Shard], origins: Sequence[Origin], directory: Path, progress: Callable[[str], None]
) -> tuple[list[Outcome], dict[str, Path]]:
    """Fetch what is not there."""
    outcomes: list[Outcome] = []
    files: dict[str, Path] = {}
    for shard in shards:
        if is_intact(directory, shard):
            outcomes.append(Skipped(shard.name, "it has not changed"))
            continue
        progress(f"fetching {shard.name}, {shard.size} bytes")
        files[shard.file] = _fetch(shard, origins, directory, progress)
        outcomes.append(Covered(shard.name, f"{shard.size} bytes, {shard.advisories} advisories"))
    return outcomes, files


def _fetch(shard: Shard, origins: Sequence[Origin], directory: Path, progress: Callable[[str], None]) -> Path:
    """One shard, from the first origin that has it, with the right digest."""
    folder = directory / _PARTIAL
    with explained(f"cannot write to {folder}"):
        folder.mkdir(exist_ok=True)
        partial = folder / shard.sha256
        for left in folder.iterdir():
            if left != partial and left.stat().st_size == 0:
                left.unlink()
    for place, source in enumerate(origins):
        try:
            source.fetch(shard, partial)
            if digest_of(partial) != shard.sha256:
                partial.unlink()
                raise InvalidInput(
                    f"the shard {shard.name} of {source.name} is not what the manifest says it is"
                )
            return partial
        except OutriderError as error:
            if place + 1 == len(origins):
                raise
            progress(f"{source.name}: {error.message}")
    raise EnvironmentFault(f"no place has the shard {shard.name}")


def _tag(directory: Path, name: str) -> str:
    """The ETag under which the manifest that is here came; empty: it did not come from there."""
    path = directory / _TAG
    with suppress(OutriderError):
        if path.is_file():
            found = json_document.parse(read_capped(path, _SMALL, "the tag"), "the tag")
            same = isinstance(found, dict) and found.get("origin") == name
            if same and found.get("manifest") == digest_of(directory / MANIFEST):
                return str(found.get("tag", ""))
    return ""


def _remember(directory: Path, name: str, tag: str) -> None:
    """Keep the ETag for the next time; parts of downloads are of no more use."""
    if tag:
        mark = {"origin": name, "tag": tag, "manifest": digest_of(directory / MANIFEST)}
        write_atomic(directory / _TAG, json.dumps(mark))
    else:
        (directory / _TAG).unlink(missing_ok=True)
    for left in (directory / _PARTIAL).glob("*"):
        left.unlink(missing_ok=True)
