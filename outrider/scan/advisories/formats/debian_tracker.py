"""The Debian security tracker's JSON: source package → CVE → release → state.

https://security-tracker.debian.org/tracker/data/json
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import mapping, required, text, version
from outrider.scan.advisories.json_stream import members
from outrider.scan.advisories.record import Document, Format, LeftOut, Problem, Record
from outrider.scan.advisories.releases import DEBIAN

_HEAD = re.compile(rb'\s*\{\s*"[^"]{1,200}"\s*:\s*\{\s*"(?:CVE|TEMP)-')
_NOT_AFFECTED = "0"


def recognises(name: str, head: bytes) -> bool:
    """A package, and in it a flaw."""
    return _HEAD.match(head) is not None


def read(document: Document) -> Iterator[Record]:
    """One advisory for each flaw of each source package; the database joins those of one flaw."""
    for source, flaws in members(document.stream, document.name):
        if not isinstance(flaws, dict):
            yield Problem(source[:80], "it is no mapping of flaws")
            continue
        for flaw, state in flaws.items():
            try:
                yield from _flaw(source, flaw, mapping(state))
            except InvalidInput as error:
                yield Problem(f"{source[:80]} {flaw[:80]}", error.message)


def _flaw(source: str, flaw: str, state: Mapping[str, Any]) -> Iterator[Record]:
    """What is known of one flaw in one source package."""
    affected: list[Affected] = []
    for codename, release in mapping(state.get("releases")).items():
        found = _affected(required(source, "a package's name"), codename, mapping(release))
        if isinstance(found, Affected):
            affected.append(found)
        elif found:
            yield found
    if affected:
        yield Advisory(
            id=required(flaw, "a flaw's name"),
            feed="debian-tracker",
            summary=text(state.get("description"), limits.ADVISORY_TEXT),
            references=(f"https://security-tracker.debian.org/tracker/{flaw}",),
            affected=tuple(affected),
        )


def _affected(source: str, codename: str, release: Mapping[str, Any]) -> Affected | LeftOut | None:
    """One release; None: it does not have the flaw."""
    if codename not in DEBIAN:
        return LeftOut("releases that Debian does not have")
    state, fixed = text(release.get("status")), version(release.get("fixed_version"))
    urgency = text(release.get("urgency"), 64).rstrip("*")
    if state == "undetermined":
        return LeftOut("flaws of which Debian does not know whether they are there")
    if state == "resolved":
        if fixed == _NOT_AFFECTED or not fixed:
            return None
        bounds, status = Range(fixed=fixed), ""
    elif state == "open":
        bounds, status = Range(), _status(release, urgency)
    else:
        raise InvalidInput(f"{codename}: a state that the tracker does not have: {state[:40]!r}")
    return Affected(
        ecosystem=f"Debian:{DEBIAN[codename]}", name=source, ranges=(bounds,), severity=urgency, status=status
    )


def _status(release: Mapping[str, Any], urgency: str) -> str:
    """What Debian says of a flaw that it has not mended."""
    if urgency == "end-of-life":
        return urgency
    return text(release.get("nodsa_reason"), 64) or ("no-dsa" if "nodsa" in release else "")


FORMAT = Format(name="debian-tracker", version=1, recognises=recognises, read=read)
