"""Names for the packages of one document: what a package URL cannot tell apart - one package at two places
- gets its place added."""

from collections import Counter
from collections.abc import Sequence

from outrider.model.package import Package
from outrider.model.purl import to_purl
from outrider.report.harmless import unicode

MEANT = 8
"""Packages (a count) that one name may mean: a thousand copies that need each other would be a million
edges."""


def refs(packages: Sequence[Package]) -> dict[Package, str]:
    """Package → its package URL, with `#` and the path when several have the same, and a number when even
    those do not differ. Equal packages have one name."""
    distinct = list(dict.fromkeys(packages))
    purls = {package: to_purl(package) for package in distinct}
    common = Counter(purls.values())
    given: dict[Package, str] = {}
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for package in distinct:
        purl = purls[package]
        name = wanted = purl if common[purl] == 1 else f"{purl}#{unicode(package.path)}"
        while name in taken:
            numbers[wanted] += 1
            name = f"{wanted}#{numbers[wanted] + 1}"
        taken.add(name)
        given[package] = name
    return given


def edges(packages: Sequence[Package]) -> dict[Package, list[Package]]:
    """Package → the packages of the document that its `dependencies` name, in the order of those.

    A name means the packages of the same type told of by the same file; where that has none, all of that
    name; of more than MEANT the first. What the artifact does not have is left out.
    """
    distinct = list(dict.fromkeys(packages))
    named: dict[tuple[str, str], list[Package]] = {}
    beside: dict[tuple[str, str, str], list[Package]] = {}
    for package in distinct:
        for name in dict.fromkeys((package.label, package.name)):
            named.setdefault((package.type, name), []).append(package)
            beside.setdefault((package.type, name, package.path), []).append(package)
    found: dict[Package, list[Package]] = {}
    for package in distinct:
        reached: dict[Package, None] = {}
        for name in package.dependencies:
            near = beside.get((package.type, name, package.path)) or named.get((package.type, name), [])
            reached.update(dict.fromkeys(near[:MEANT]))
        reached.pop(package, None)
        found[package] = list(reached)
    return found
