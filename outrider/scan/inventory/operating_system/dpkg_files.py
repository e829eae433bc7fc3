"""Which files Debian's packages own: dpkg's lists, and the checksums that distroless images keep instead."""

import re
from collections.abc import Iterator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system.collected import Collected

_CHECKSUM = re.compile(r"[0-9a-f]{32}  (.+)")


def read(file: File) -> Found:
    """The files of the package that the file is named for (`libc6:amd64.list` is libc6's).

    Paths are those of the package: where `/bin` is a link to `/usr/bin`, it may still say `/bin/ls`.
    Directories that hold other files of the list are left out, as packages share them. Raises InvalidInput
    for a list of anything but absolute paths.
    """
    base = file.path.rpartition("/")[2]
    lines = file.data.decode("utf-8", "surrogateescape").split("\n")
    name = base.removesuffix(".list").removesuffix(".md5sums").partition(":")[0]
    collected = Collected()
    collected.own(name, _checked(lines) if base.endswith(".md5sums") else _listed(lines))
    return collected.found()


def _listed(lines: list[str]) -> Iterator[str]:
    """A line is a directory when the next one lies in it; dpkg lists them so, mostly."""
    following = [*lines[1:], ""]
    for line, after in zip(lines, following, strict=True):
        if not line or line == "/.":
            continue
        if line[0] != "/":
            raise InvalidInput(f"it lists {line[:80]!r}, which is no absolute path")
        if not after.startswith(f"{line}/"):
            yield line


def _checked(lines: list[str]) -> Iterator[str]:
    """As md5sum writes them: checksum, two blanks, a path without its slash."""
    for line in lines:
        match = _CHECKSUM.fullmatch(line)
        if match:
            yield "/" + match[1].removeprefix("./").lstrip("/")
        elif line:
            raise InvalidInput(f"it has a line that is no checksum and path: {line[:80]!r}")


EXTRACTOR = Extractor(
    name="dpkg_files",
    version=1,
    wants=Wants(
        endings=frozenset({".list", ".md5sums"}),
        pattern=re.compile(r"^var/lib/dpkg/(?:info/[^/]+\.list|status\.d/[^/]+\.md5sums)$"),
    ),
    limit=limits.FILE_LIST,
    read=read,
)
