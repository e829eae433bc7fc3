"""This machine's own security indexes as a feed: what `apt-get update` fetched.

apt keeps them compressed in ways that only its own helper reads all of: apt-helper(1).
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, cast

from outrider.cli.database.directory import explained
from outrider.errors import EnvironmentFault
from outrider.scan.advisories import unpacking
from outrider.scan.advisories.dates import in_full
from outrider.scan.advisories.formats import apt_packages
from outrider.scan.advisories.record import Document, Format

LISTS = Path("/var/lib/apt/lists")
_HELPER = "/usr/lib/apt/apt-helper"
_INDEX = re.compile(r"(.*_dists_[a-z]+(?:-security|_updates)_)(?:.*_)?Packages(?:\.\w+)?\Z")
_DATE = re.compile(r"^Date: (.*)$", re.MULTILINE)
_HEAD = 1 << 16
"""Bytes of an InRelease: its fields come before its lists."""
_SECONDS = 60
_HINT = (
    "fetch apt's indexes first: `apt-get update` (as root), with a security suite in /etc/apt/sources.list*."
)


@dataclass(frozen=True, slots=True)
class AptFeed:
    """One index of a security suite."""

    path: Path
    published: str
    """The date of the suite's InRelease."""

    @property
    def name(self) -> str:
        """apt's name for it, without the compression."""
        return self.path.name.partition("_Packages")[0] + "_Packages"

    @property
    def format(self) -> Format:
        """There is only one."""
        return apt_packages.FORMAT

    def digest(self) -> str:
        """Of what is in it: how it is compressed is a matter of each machine."""
        found = hashlib.sha256()
        with self._plain() as stream:
            while piece := stream.read(1 << 20):
                found.update(piece)
        return found.hexdigest()

    def documents(self) -> Iterator[Document]:
        """The index."""
        with self._plain() as stream:
            yield from unpacking.documents(self.name, stream)

    @contextmanager
    def _plain(self) -> Iterator[BinaryIO]:
        """The index, unpacked; by apt where only apt can."""
        with explained(f"cannot read {self.path}"):
            stream = self.path.open("rb")
        if self.path.suffix not in (".lz4", ".lzma"):
            with stream:
                yield stream
            return
        stream.close()
        with _helped(self.path) as helped:
            yield helped


def _helped(path: Path) -> BinaryIO:
    """A file as apt's helper prints it. Raises EnvironmentFault."""
    scratch = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    try:
        status = subprocess.run([_HELPER, "cat-file", str(path)], stdout=scratch, check=False).returncode  # noqa: S603
    except OSError as error:
        scratch.close()
        raise EnvironmentFault(f"cannot run {_HELPER}: {error.strerror}", hint="is apt installed?") from None
    if status:
        scratch.close()
        raise EnvironmentFault(f"apt cannot unpack {path} (status {status})", hint=_HINT)
    scratch.seek(0)
    return cast(BinaryIO, scratch)


def feeds(lists: Path = LISTS) -> list[AptFeed]:
    """The indexes of this machine's security suites, sorted. Raises EnvironmentFault when there are none."""
    found = []
    for path in _indexes(lists):
        if suite := _INDEX.match(str(path)):
            found.append(AptFeed(path, _published(suite[1])))
    if not found:
        raise EnvironmentFault(f"apt has no index of a security suite in {lists}", hint=_HINT)
    return sorted(found, key=lambda feed: feed.path)


def _indexes(lists: Path) -> list[Path]:
    """Files of package indexes: those apt names, else those that lie there."""
    command = ("apt-get", "indextargets", "--format", "$(FILENAME)", "Created-By: Packages")
    if lists == LISTS and shutil.which(command[0]):
        try:
            said = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603
            named = [
                Path(line) for line in said.stdout.decode("utf-8", "surrogateescape").splitlines() if line
            ]
            return [path for path in named if path.is_file()]
        except (OSError, subprocess.SubprocessError):
            pass  # an apt too old for indextargets: look for ourselves
    with explained(f"cannot look into {lists}"):
        return sorted(path for path in lists.glob("*_Packages*") if path.is_file())


def _published(suite: str) -> str:
    """When a suite was published, by its InRelease or Release; empty where there is none."""
    for name in ("InRelease", "Release"):
        path = Path(f"{suite}{name}")
        if path.is_file():
            with explained(f"cannot read {path}"), path.open("rb") as stream:
                date = _DATE.search(stream.read(_HEAD).decode("utf-8", "replace"))
            try:
                return in_full(parsedate_to_datetime(date[1])) if date else ""
            except ValueError:
                return ""
    return ""
