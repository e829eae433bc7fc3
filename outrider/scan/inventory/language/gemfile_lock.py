"""Bundler's lock file: `Gemfile.lock`, `gems.locked`. Gems of PATH sections are the program itself and left
out.

Indentation has the meaning: sections at the margin, `specs:` below, a gem at four spaces, what it needs at
six.
"""

import re
from collections.abc import Iterator

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import places
from outrider.scan.inventory.language.listing import found, names
from outrider.scan.inventory.language.text import decode

_NAMES = ("Gemfile.lock", "gems.locked")
_GEM = re.compile(r" {4}(\S+) \(([^()\s-]+)(?:-([^()\s]+))?\)")
_NEEDED = re.compile(r" {6}(\S+?)!?(?: \(.*\))?")


def read(file: File) -> Found:
    """Every gem of a source elsewhere. Raises InvalidInput where it is not text."""
    return found(_packages(decode(file.data, "the Bundler lock file"), f"/{file.path}"))


def _packages(content: str, path: str) -> Iterator[Package]:
    section = ""
    gem: re.Match[str] | None = None
    needed: list[str] = []
    for line in (*content.split("\n"), "END"):
        inner = _NEEDED.fullmatch(line)
        if inner:
            needed.append(inner[1])
            continue
        if gem and section in {"GEM", "GIT"}:
            yield _package(gem, needed, path)
        gem, needed = _GEM.fullmatch(line), []
        if line and not line.startswith(" "):
            section = line.strip()


def _package(gem: re.Match[str], needed: list[str], path: str) -> Package:
    """A platform is written behind the version, after a dash: versions have none."""
    return Package(
        type="gem",
        name=gem[1],
        version=gem[2],
        qualifiers=(("platform", gem[3]),) if gem[3] else (),
        dependencies=names(needed),
        evidence=Evidence.DECLARED,
        path=path,
    )


EXTRACTOR = Extractor(
    name="gemfile_lock",
    version=1,
    wants=Wants(names=frozenset(_NAMES), pattern=places.outside("|".join(_NAMES).replace(".", r"\."))),
    limit=limits.LOCK_FILE,
    read=read,
)
