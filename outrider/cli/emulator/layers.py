"""What is at /opt: layers merged in order, a later one over the earlier."""

import os
import shutil
import stat
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from outrider import limits
from outrider.errors import InvalidInput, UsageError
from outrider.function import quotas

Files = Mapping[str, tuple[bytes, int]]
"""A layer that is in memory: path below /opt → content and mode."""


def merge(layers: Sequence[Path | Files], target: Path) -> None:
    """Put the layers (zip files, directories, or what is in memory) into a new directory.

    Raises UsageError, InvalidInput.
    """
    if len(layers) > quotas.LAYERS:
        raise UsageError(f"{len(layers)} layers; a function takes {quotas.LAYERS}")
    target.mkdir()
    left = limits.LAYER_UNZIPPED
    for layer in layers:
        if not isinstance(layer, Path):
            _write(layer, target)
        elif layer.is_dir():
            shutil.copytree(layer, target, symlinks=True, dirs_exist_ok=True)
        elif zipfile.is_zipfile(layer):
            left = _unzip(layer, target, left)
        else:
            raise UsageError(f"{layer}: a layer is a zip file or a directory")
    target.chmod(0o755)


def extensions(opt: Path) -> tuple[str, ...]:
    """Names of the programs that Lambda would start: the files of /opt/extensions."""
    folder = opt / "extensions"
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))


def _write(layer: Files, target: Path) -> None:
    """A layer of ours; its paths are known to be good."""
    for name, (data, mode) in layer.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)


def _unzip(layer: Path, target: Path, left: int) -> int:
    """Unpack one zip; how many bytes may follow. Entries that leave the directory are refused."""
    with zipfile.ZipFile(layer) as archive:
        entries = archive.infolist()
        if len(entries) > limits.LAYER_ENTRIES:
            raise InvalidInput(f"{layer}: more than {limits.LAYER_ENTRIES} entries")
        for entry in entries:
            path = _place(layer, entry.filename, target)
            mode = entry.external_attr >> 16
            if entry.is_dir():
                path.mkdir(parents=True, exist_ok=True)
                continue
            left -= entry.file_size
            if left < 0:
                raise InvalidInput(f"{layer}: over {limits.LAYER_UNZIPPED} bytes unzipped, with those before")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if stat.S_ISLNK(mode):
                path.symlink_to(os.fsdecode(archive.read(entry)))
                continue
            with archive.open(entry) as source, path.open("wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            path.chmod(stat.S_IMODE(mode) or 0o644)
    return left


def _place(layer: Path, name: str, target: Path) -> Path:
    """Where an entry goes. Raises InvalidInput for one that would land elsewhere, through a link too."""
    path = target / name
    if name.startswith("/") or ".." in Path(name).parts or "\0" in name:
        raise InvalidInput(f"{layer}: the entry {name[:200]!r} leaves the layer")
    if not path.parent.resolve().is_relative_to(target.resolve()):
        raise InvalidInput(f"{layer}: the entry {name[:200]!r} leaves the layer through a link")
    return path
