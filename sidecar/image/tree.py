"""A file tree in memory: filled from packages, written as a layer whose bytes depend on its content alone."""

import io
import posixpath
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from outrider.errors import InvalidInput

MERGED = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
"""Debian's merged /usr: these are links into it, also for packages that still say /lib."""


@dataclass(frozen=True, slots=True)
class Node:
    """A file or a symbolic link. Directories follow from the paths."""

    data: bytes
    """Content, or where a link points to."""
    executable: bool = False
    link: bool = False


class Tree:
    """Paths are relative to the root, normalised, in merged /usr."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def add(self, path: str, node: Node) -> None:
        """Put a node into the tree, in place of one that was there. Raises InvalidInput: it leads outside."""
        self.nodes[_normal(path)] = node

    def add_tar(self, archive: tarfile.TarFile, wanted: Callable[[str], bool]) -> None:
        """Take the wanted files and links of a tar archive; hard links become copies. Raises InvalidInput."""
        for member in archive:
            path = _normal(member.name)
            if not path or member.isdir() or not wanted(path):
                continue
            if member.issym():
                self.add(path, Node(_merged_target(member.linkname).encode(), link=True))
            elif member.islnk():
                self.nodes[path] = self.nodes[_normal(member.linkname)]
            elif member.isreg():
                stream = archive.extractfile(member)
                data = stream.read() if stream else b""
                self.add(path, Node(data, executable=bool(member.mode & stat.S_IXUSR)))
            else:
                raise InvalidInput(f"{member.name} in a package is neither file nor link")

    def add_directory(self, source: Path, prefix: str, wanted: Callable[[str], bool]) -> None:
        """Take a directory's files, under `prefix`. Symbolic links are not expected in our own sources."""
        for path in sorted(source.rglob("*")):
            name = posixpath.join(prefix, path.relative_to(source).as_posix())
            if path.is_file() and wanted(name):
                self.add(name, Node(path.read_bytes(), executable=bool(path.stat().st_mode & stat.S_IXUSR)))

    def write(self, where: Path) -> None:
        """Write the tree into a directory."""
        for path, node in self.nodes.items():
            target = where / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if node.link:
                target.symlink_to(node.data.decode())
            else:
                target.write_bytes(node.data)
                target.chmod(0o755 if node.executable else 0o644)

    def size(self) -> int:
        """Bytes of all files."""
        return sum(len(node.data) for node in self.nodes.values() if not node.link)

    def tar(self, directories: tuple[str, ...] = ()) -> bytes:
        """The tree as a tar archive: sorted, root's, dated 1970; `directories` are there though empty."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for path in sorted({*self.nodes, *self._directories(), *directories}):
                archive.addfile(*_member(path, self.nodes.get(path)))
        return buffer.getvalue()

    def _directories(self) -> Iterator[str]:
        """Every directory above a node."""
        for path in self.nodes:
            while path := posixpath.dirname(path):
                yield path


def _member(path: str, node: Node | None) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    """One entry of a layer."""
    info = tarfile.TarInfo(path)
    info.uname = info.gname = "root"
    info.mode = 0o755
    if node is None:
        info.type = tarfile.DIRTYPE
        if path == "tmp":
            info.mode = 0o1777
        return info, None
    if node.link:
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, node.data.decode(), 0o777
        return info, None
    info.size = len(node.data)
    info.mode = 0o755 if node.executable else 0o644
    return info, io.BytesIO(node.data)


def _normal(path: str) -> str:
    """A path relative to the root, in merged /usr."""
    clean = posixpath.normpath(path.lstrip("/"))
    if clean == ".":
        return ""
    if clean == ".." or clean.startswith("../"):
        raise InvalidInput(f"{path} in a package leads out of the image")
    return f"usr/{clean}" if clean.split("/", 1)[0] in MERGED and clean not in MERGED else clean


def _merged_target(target: str) -> str:
    """Where a link points to; absolute ones go through /usr at once."""
    return f"/{_normal(target)}" if target.startswith("/") else target
