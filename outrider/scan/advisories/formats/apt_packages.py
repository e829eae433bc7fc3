"""The index of a security suite (`Packages` or `Sources`), read as a feed: what is in it, is the fixed
version.

It says which version has the fixes of a source package, and not which flaws they are; severity is unknown.
Where a feed that names flaws has the same package and fixed version, the database keeps that one.

deb-src-control(5), https://wiki.debian.org/DebianRepository/Format
"""

import re
from collections.abc import Iterator

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import required, version
from outrider.scan.advisories.lines import lines
from outrider.scan.advisories.ordering import key_of
from outrider.scan.advisories.record import Document, Format, Problem, Record
from outrider.scan.advisories.releases import ecosystem_of

FEED = "apt-packages"
"""Its advisories' `feed`."""

_SUITE = re.compile(r"([a-z]+)(?:-security|[/_]updates)(?![a-z])")
_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")
_HEADS = (b"Package: ", b"Source: ", b"Format: ", b"Binary: ")
_WANTED = {"Package", "Source", "Version", "Binary"}


def recognises(name: str, head: bytes) -> bool:
    """The first field of a stanza, in a file that is called so."""
    return head.startswith(_HEADS) and ("Packages" in name or "Sources" in name)


def read(document: Document) -> Iterator[Record]:
    """One advisory for each source package: everything older than the newest that the suite has."""
    ecosystem = _ecosystem(document.name)
    key = key_of(ecosystem)
    if key is None:
        raise InvalidInput(f"{document.name}: the order of {ecosystem}'s versions is not known")
    newest: dict[str, tuple[bytes, str]] = {}
    for stanza in _stanzas(document):
        try:
            name, fixed = _source(stanza)
            newest[name] = max(newest.get(name, (b"", "")), (key(fixed), fixed))
        except InvalidInput as error:
            yield Problem(stanza.get("Package", "a package")[:80], error.message)
    for name, (_, fixed) in sorted(newest.items()):
        bounds = (Range(fixed=fixed),)
        yield Advisory(
            id=f"{ecosystem.partition(':')[0].upper()}-SECURITY:{name}",
            feed=FEED,
            summary=f"security update of {name}",
            affected=(Affected(ecosystem=ecosystem, name=name, ranges=bounds),),
        )


def _ecosystem(name: str) -> str:
    """The release whose suite it is, by the file's name. Raises InvalidInput."""
    found = filter(None, (ecosystem_of(suite[1]) for suite in _SUITE.finditer(name)))
    ecosystem = next(found, "")
    if not ecosystem:
        raise InvalidInput(
            f"{name} does not say of which security suite it is the index",
            hint="keep apt's name for it, or put it in a folder called bookworm-security.",
        )
    return ecosystem


def _stanzas(document: Document) -> Iterator[dict[str, str]]:
    """The fields that are wanted, stanza by stanza."""
    stanza: dict[str, str] = {}
    for line in lines(document):
        if not line or line.isspace():
            if stanza:
                yield stanza
            stanza = {}
        elif line[0] not in " \t":
            name, _, value = line.partition(":")
            if name in _WANTED:
                stanza[name] = value.strip()
    if stanza:
        yield stanza


def _source(stanza: dict[str, str]) -> tuple[str, str]:
    """Source package and its version. Raises InvalidInput."""
    package = required(stanza.get("Package"), "Package")
    own = required(version(stanza.get("Version")), "Version")
    source = _SOURCE.fullmatch(stanza.get("Source", ""))
    return (source[1], source[2] or own) if source else (package, own)


FORMAT = Format(name=FEED, version=1, recognises=recognises, read=read)
