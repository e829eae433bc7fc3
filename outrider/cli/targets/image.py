"""Images: in a registry, in a folder of the OCI layout, in an archive. All end as one kind of artifact."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from outrider import limits
from outrider.cli.database.directory import explained
from outrider.cli.files import STANDARD, open_input, read_capped
from outrider.cli.scanning.options import Options
from outrider.cli.targets.blobs import FileBlob
from outrider.errors import InvalidInput, UsageError
from outrider.scan.artifact import Artifact
from outrider.scan.image import archive, digest, layout, tar
from outrider.scan.image.archive import SavedLayer
from outrider.scan.image.compression import LayerStream
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.notes import Notes
from outrider.scan.opened import image_of
from outrider.scan.parts import Open

_TAR_MAGIC = slice(257, 262)


def from_registry(where: str, options: Options) -> Artifact:
    """An image of a registry: manifest and config are read now, layers when they are opened.

    Raises InvalidInput, EnvironmentFault.
    """
    from outrider.cli.images import Images  # noqa: PLC0415 - requests: 0.1 s and 8 MB for those who ask one
    from outrider.cli.targets.registry_blobs import RegistryBlob  # noqa: PLC0415

    registry = Images(plain_http=options.plain_http).registry()
    registry.kept = lambda name: _kept(options, name)
    registry.keep = options.cache.put
    pulled = registry.pull(where, options.platform)
    layers = [SavedLayer("", one.digest, one.size, one.media_type) for one in pulled.manifest.layers]
    blobs = [RegistryBlob(registry, pulled.reference, one) for one in pulled.manifest.layers]
    return _image(where, pulled.config, pulled.digest, layers, blobs, options=options)


def _kept(options: Options, name: str) -> bytes | None:
    """A manifest or config from the cache, if it is what it is called; a damaged one is asked for again."""
    body = options.cache.get(name, limits.IMAGE_CONFIG)
    return body if body is not None and digest.of(body) == name else None


def from_layout(where: str, options: Options) -> Artifact:
    """An image of an OCI layout: `FOLDER` or, where it has several, `FOLDER:NAME`.

    Raises InvalidInput, UsageError.
    """
    folder, name = _named(where)

    if not folder.is_dir():
        raise UsageError(f"{where}: there is no such folder", hint="oci:FOLDER, or oci:FOLDER:NAME.")

    def read(path: str, most: int) -> bytes:
        if not (folder / path).is_file():  # a pipe would be waited for
            raise InvalidInput(f"{where}: {path} is missing", hint="is it a whole OCI image layout?")
        return read_capped(folder / path, most, f"{path} of the layout")

    located = layout.locate(read, options.platform, name)
    wanted = located.manifest.config
    body = read(layout.blob_path(wanted.digest), limits.IMAGE_CONFIG)
    digest.verify(body, wanted.digest, "the image config")
    layers = [SavedLayer("", one.digest, one.size, one.media_type) for one in located.manifest.layers]
    blobs = [FileBlob(folder / layout.blob_path(one.digest)) for one in located.manifest.layers]
    return _image(where, body, located.digest, layers, blobs, options=options)


def from_archive(where: str, options: Options, folder: Path) -> Artifact:
    """An image of an archive: `FILE`, `FILE:NAME` where it has several, `-` for standard input.

    What cannot be read twice (standard input, a compressed archive) is kept in `folder` while the scan lasts.
    Raises InvalidInput, UsageError.
    """
    path, name = (Path(STANDARD), "") if where == STANDARD else _named(where)
    seekable = _seekable(path, folder)
    places: dict[str, tuple[int, int]] = {}
    with open_input(seekable, "the archive") as stream:
        found = archive.members(_placed(stream, places))
    saved = archive.locate(found, options.platform, name)
    blobs: list[Open] = []
    for layer in saved.layers:
        if layer.member not in places:
            raise InvalidInput(f"{where}: its manifest names {layer.member[:200]}, which it does not hold")
        blobs.append(FileBlob(seekable, *places[layer.member]))
    return _image(where, saved.config, saved.digest, saved.layers, blobs, options=options)


def _image(
    name: str,
    config: bytes,
    manifest: str,
    layers: Sequence[SavedLayer],
    blobs: Sequence[Open],
    *,
    options: Options,
) -> Artifact:
    """An image whose config and layers are known; for the platform that the user named, if he did."""
    platform = str(options.platform) if options.platform_asked else ""
    return image_of(name, config, manifest, layers, blobs, platform=platform)


def _named(where: str) -> tuple[Path, str]:
    """`PATH:NAME` in its parts; a path that exists as it stands has no name."""
    if Path(where).exists():
        return Path(where), ""
    path, colon, name = where.partition(":")
    return (Path(path), name) if colon else (Path(where), "")


def _seekable(path: Path, folder: Path) -> Path:
    """The archive as an uncompressed file: itself, or a copy in `folder`."""
    shown = "from standard input" if str(path) == STANDARD else str(path)
    with open_input(path, "the archive") as stream:
        head = stream.read(512)
        if head[_TAR_MAGIC] == b"ustar" and str(path) != STANDARD and path.is_file():
            return path
        source = LayerStream(_after(head, stream), what=f"the archive {shown}")
        with explained("cannot keep the archive in the folder for temporary files (TMPDIR)"):
            with NamedTemporaryFile(dir=folder, delete=False) as copy:
                while piece := source.read(1 << 20):
                    copy.write(piece)
            return Path(copy.name)


def _after(head: bytes, stream: BinaryIO) -> Callable[[int], bytes]:
    """The stream with its first bytes, which were read already, before it."""
    pending = head

    def read(most: int) -> bytes:
        nonlocal pending
        if not pending:
            return stream.read(most)
        piece, pending = pending[:most], pending[most:]
        return piece

    return read


def _placed(stream: BinaryIO, places: dict[str, tuple[int, int]]) -> Iterator[Entry]:
    """Entries of an archive; notes where in the file each member's content lies, as (offset, size)."""
    for entry in tar.entries(stream.read, Notes()):
        if entry.kind is EntryKind.FILE:
            places[entry.path] = (entry.offset, entry.size)
        yield entry
