"""Alpine's secdb, in JSON and in YAML; Wolfi and Chainguard publish the same form.

https://secdb.alpinelinux.org/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories import yaml_document
from outrider.scan.advisories.fields import items, mapping, parse_json, required, text, version
from outrider.scan.advisories.names import is_cve
from outrider.scan.advisories.record import Document, Format, LeftOut, Problem, Record

_FLAW = re.compile(
    r"(?:CVE-\d{4}-\d{4,9}|GHSA(?:-[0-9a-z]{4}){3}|[A-Z]+-\d[\w-]*|[a-z]+-sec-[\w-]+)", re.ASCII
)
_NOT_AFFECTED = "0"
"""As a version: no release of the package ever had the flaw."""

_BY_PREFIX = {"wolfi": "Wolfi", "chainguard": "Chainguard"}
"""What `urlprefix` contains → ecosystem, for those without releases."""

Fixes = dict[tuple[str, ...], list[Affected]]


def recognises(name: str, head: bytes) -> bool:
    """It names a repository of packages and where they are fetched."""
    return b"apkurl" in head or (b"distroversion" in head and b"reponame" in head)


def read(document: Document) -> Iterator[Record]:
    """One repository of one release: an advisory for each flaw, with all packages it was fixed in."""
    data = document.whole(limits.ADVISORY_DOCUMENT)
    is_json = data.lstrip()[:1] == b"{"
    parser = parse_json if is_json else yaml_document.parse
    root = mapping(parser(data, document.name))
    ecosystem = _ecosystem(root, document.name)
    if "packages" not in root:
        raise InvalidInput(f"{document.name} has no list of packages", hint="is it a secdb?")
    fixes: Fixes = {}
    for entry in items(root["packages"]):
        package = mapping(mapping(entry).get("pkg"))
        try:
            yield from _package(package, ecosystem, fixes)
        except InvalidInput as error:
            yield Problem(text(package.get("name"), 80) or "a package", error.message)
    for names, affected in fixes.items():
        yield Advisory(
            id=names[0], feed="alpine-secdb", aliases=tuple(sorted(names[1:])), affected=tuple(affected)
        )


def _ecosystem(root: Mapping[str, Any], name: str) -> str:
    """What the repository belongs to. Raises InvalidInput."""
    release = text(root.get("distroversion"), 40)
    if release:
        return f"Alpine:{release}"
    prefix = text(root.get("urlprefix"))
    for word, ecosystem in _BY_PREFIX.items():
        if word in prefix:
            return ecosystem
    raise InvalidInput(f"{name} does not say which release it is for", hint="is it a secdb?")


def _package(package: Mapping[str, Any], ecosystem: str, fixes: Fixes) -> Iterator[Record]:
    """Collect what one package has fixed."""
    name = required(package.get("name"), "a package's name")
    secfixes = package.get("secfixes")
    if secfixes and not isinstance(secfixes, dict):
        raise InvalidInput("its secfixes are no mapping of versions")
    for written, flaws in mapping(secfixes).items():
        fixed = version(written)
        for flaw in items(flaws):
            names = tuple(
                sorted(set(_FLAW.findall(text(flaw, 256))), key=lambda name: (not is_cve(name), name))
            )
            if not names:
                yield LeftOut("flaws without a name of their own")
            elif fixed == _NOT_AFFECTED:
                yield LeftOut("packages that never had the flaw")
            else:
                ranges = (Range(fixed=fixed),)
                fixes.setdefault(names, []).append(Affected(ecosystem=ecosystem, name=name, ranges=ranges))


FORMAT = Format(name="alpine-secdb", version=1, recognises=recognises, read=read)
