"""Debian's lists of DSAs and DLAs, as the security tracker's repository keeps them.

    [29 Mar 2023] DSA-5380-1 xorg-server - security update
            {CVE-2023-1393}
            [bullseye] - xorg-server 2:1.20.11-1+deb11u6

https://salsa.debian.org/security-tracker-team/security-tracker (data/DSA/list, data/DLA/list)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import version
from outrider.scan.advisories.lines import lines
from outrider.scan.advisories.names import is_cve
from outrider.scan.advisories.record import Document, Format, LeftOut, Problem, Record
from outrider.scan.advisories.releases import DEBIAN

_HEAD = re.compile(r"\[(\d{1,2}) (\w{3}) (\d{4})\]\s+(D[SLT]A-\d+(?:-\d+)?)\s*(.*)", re.ASCII)
_FIX = re.compile(r"\s+\[([a-z]+)\]\s+-\s+(\S+)\s+(\S+)")
_FLAWS = re.compile(r"\s+\{([^}]*)\}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class _Entry:
    """One announcement while its lines are read."""

    id: str
    date: str
    title: str
    flaws: list[str] = field(default_factory=list)
    affected: list[Affected] = field(default_factory=list)

    def advisory(self) -> Advisory:
        """The announcement as a record."""
        return Advisory(
            id=self.id,
            feed="debian-lists",
            aliases=tuple(sorted(set(self.flaws))),
            summary=self.title,
            published=self.date,
            modified=self.date,
            references=(f"https://security-tracker.debian.org/tracker/{self.id}",),
            affected=tuple(self.affected),
        )


def recognises(name: str, head: bytes) -> bool:
    """It begins with an announcement."""
    return _HEAD.match(head[:400].decode("utf-8", "replace")) is not None


def read(document: Document) -> Iterator[Record]:
    """One advisory for each announcement that fixes something."""
    entry: _Entry | None = None
    for line in lines(document):
        if line.startswith("["):
            if entry:
                yield _done(entry)
            entry = _begin(line)
            if not entry:
                yield Problem(line[:60], "it is not the first line of an announcement")
        elif entry:
            try:
                yield from _continued(entry, line)
            except InvalidInput as error:
                yield Problem(entry.id, error.message)
    if entry:
        yield _done(entry)


def _done(entry: _Entry) -> Record:
    """What an announcement comes to."""
    return entry.advisory() if entry.affected else LeftOut("announcements that fix no package")


def _begin(line: str) -> _Entry | None:
    """The first line of an announcement."""
    found = _HEAD.match(line)
    if not found or found[2] not in _MONTHS:
        return None
    day, month, year, identity, title = found.groups()
    date = f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}"
    return _Entry(identity, date, title.strip())


def _continued(entry: _Entry, line: str) -> Iterator[Record]:
    """A further line of it: flaws, or what is fixed where."""
    if found := _FLAWS.match(line):
        entry.flaws += [name for name in found[1].split() if is_cve(name)]
    elif found := _FIX.match(line):
        codename, package, fixed = found.groups()
        if fixed.startswith("<"):
            yield LeftOut("releases that do not have the flaw, or never mended it")
        elif codename not in DEBIAN:
            raise InvalidInput(f"no release of Debian is called {codename[:40]}")
        else:
            ecosystem = f"Debian:{DEBIAN[codename]}"
            bounds = (Range(fixed=version(fixed)),)
            entry.affected.append(Affected(ecosystem=ecosystem, name=package, ranges=bounds))


FORMAT = Format(name="debian-lists", version=1, recognises=recognises, read=read)
