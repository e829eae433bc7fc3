"""Unpacking an image's layers into a directory, without an engine.

Layers are tar archives that somebody else made: nothing is written outside the directory, no device is made.
Whiteouts: https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

import os
import shutil
import stat
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from outrider import limits
from outrider.errors import InvalidInput

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


def unpack(layers: Iterable[Path], root: Path) -> None:
    """Put the layers on top of each other in `root`. Raises InvalidInput for an archive that is none."""
    written = 0
    for layer in layers:
        try:
            with tarfile.open(layer, "r|*") as archive:
                fresh: set[str] = set()
                for member in archive:
                    written += member.size
                    if written > limits.UNPACKED_IMAGE:
                        raise InvalidInput(f"the image unpacks to more than {limits.UNPACKED_IMAGE} bytes")
                    _apply(archive, member, root, fresh)
        except (tarfile.TarError, EOFError, OSError, ValueError) as error:
            raise InvalidInput(f"layer {layer.name[:80]} cannot be unpacked: {error}") from None


def _apply(archive: tarfile.TarFile, member: tarfile.TarInfo, root: Path, fresh: set[str]) -> None:
    """Write or remove what one entry says. `fresh` holds what this layer itself has written."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return
    parent = _inside(root, parts[:-1])
    target, name = parent / parts[-1], parts[-1]
    if name == _OPAQUE:
        for entry in parent.iterdir():
            if str(entry) not in fresh:
                _remove(entry)
    elif name.startswith(_WHITEOUT):
        _remove(parent / name.removeprefix(_WHITEOUT))
    elif not (member.ischr() or member.isblk()):
        _write(archive, member, root, target)
        fresh.add(str(target))


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, root: Path, target: Path) -> None:
    """Write one entry in place of what was there."""
    if not (member.isdir() and target.is_dir() and not target.is_symlink()):
        _remove(target)
    if member.isdir():
        target.mkdir(exist_ok=True)
    elif member.issym():
        target.symlink_to(member.linkname)
    elif member.islnk():
        linked = [part for part in member.linkname.split("/") if part not in ("", ".", "..")]
        if linked:
            os.link(_inside(root, linked[:-1]) / linked[-1], target, follow_symlinks=False)
        return
    elif member.isfifo():
        os.mkfifo(target)
    elif (content := archive.extractfile(member)) is not None:
        with target.open("xb") as stream:
            shutil.copyfileobj(content, stream)
    with suppress(PermissionError):
        os.chown(target, member.uid, member.gid, follow_symlinks=False)
    if not member.issym():
        target.chmod(stat.S_IMODE(member.mode))
        os.utime(target, (member.mtime, member.mtime))  # a .pyc is stale when its source looks newer


def _inside(root: Path, parts: list[str]) -> Path:
    """The directory of these names below `root`, made if need be; links are followed inside `root`."""
    path = root
    pending = list(reversed(parts))
    for _ in range(limits.UNPACK_STEPS):
        if not pending:
            return path
        name = pending.pop()
        if name in ("", "."):
            continue
        if name == "..":
            path = path if path == root else path.parent
            continue
        step = path / name
        if step.is_symlink():
            link = str(step.readlink())
            path = root if link.startswith("/") else path
            pending += reversed(link.split("/"))
            continue
        if not step.is_dir():
            _remove(step)
            step.mkdir()
        path = step
    raise InvalidInput("the image has a circle of symbolic links")


def _remove(path: Path) -> None:
    """Remove whatever is there; links themselves, not what they point to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
