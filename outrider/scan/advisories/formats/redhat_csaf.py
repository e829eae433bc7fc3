"""Red Hat's VEX: one CSAF 2.0 document for each flaw, with what every product makes of it.

https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html ·
https://security.access.redhat.com/data/csaf/v2/vex/

Packages are source packages where a document names them. Only releases of Enterprise Linux itself are read; a
module has no stream here, so that a fix counts for all streams of its name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import items, mapping, parse_json, required, text, texts
from outrider.scan.advisories.record import Document, Format, LeftOut, Record

_CPE = re.compile(r"cpe:/[ao]:redhat:enterprise_linux:(\d{1,2})(?:[.:]|\Z)", re.ASCII)
_NEVRA = re.compile(
    r"(?:.*/)?(?P<name>[^/:]+)-(?:(?P<epoch>\d+):)?(?P<vr>[^-:]+-[^-:]+)\.(?P<arch>[a-z0-9_]+)\Z"
)
_LONG_REASON = 40
"""Characters of a remedy's words that still are a state: `Will not fix`, `Out of support scope`."""


def recognises(name: str, head: bytes) -> bool:
    """A CSAF document."""
    return b'"csaf_version"' in head or (b'"document"' in head and b'"csaf_' in head)


@dataclass(slots=True)
class _Products:
    """The product tree, by product id."""

    releases: dict[str, str] = field(default_factory=dict)
    """Product → release of Enterprise Linux."""
    parts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Combined product → (component, product it is a part of)."""

    def place(self, product: str) -> tuple[str, str]:
        """(component, release) of a combined product; the release is empty when it is not one of ours."""
        component, whole = self.parts.get(product, ("", ""))
        for _ in range(limits.DOCUMENT_DEPTH):
            if whole not in self.parts:
                break
            whole = self.parts[whole][1]
        return component, self.releases.get(whole, "")


def read(document: Document) -> Iterator[Record]:
    """One advisory for each vulnerability of the document."""
    root = mapping(parse_json(document.whole(limits.ADVISORY_DOCUMENT), document.name))
    head = mapping(root.get("document"))
    if not head:
        raise InvalidInput(f"{document.name} is no CSAF document")
    products = _products(mapping(root.get("product_tree")))
    for entry in map(mapping, items(root.get("vulnerabilities"))):
        yield from _vulnerability(entry, head, products)


def _products(tree: Mapping[str, Any]) -> _Products:
    """Read the tree, without recursion: it may be as deep as it likes."""
    found = _Products()
    pending = list(items(tree.get("branches")))
    while pending:
        branch = mapping(pending.pop())
        pending.extend(items(branch.get("branches")))
        product = mapping(branch.get("product"))
        cpe = text(mapping(product.get("product_identification_helper")).get("cpe"))
        if release := _CPE.match(cpe):
            found.releases[text(product.get("product_id"))] = release[1]
    for relation in map(mapping, items(tree.get("relationships"))):
        combined = text(mapping(relation.get("full_product_name")).get("product_id"))
        parts = text(relation.get("product_reference")), text(relation.get("relates_to_product_reference"))
        found.parts[combined] = parts
    return found


def _vulnerability(
    entry: Mapping[str, Any], head: Mapping[str, Any], products: _Products
) -> Iterator[Record]:
    """One flaw."""
    tracking = mapping(head.get("tracking"))
    identity = required(entry.get("cve") or tracking.get("id"), "the flaw's name")
    severities = _by_product(entry.get("threats"), "impact")
    default = text(mapping(head.get("aggregate_severity")).get("text"), 64)
    affected = [*_fixed(entry, products, severities), *_unfixed(entry, products, severities)]
    status = mapping(entry.get("product_status"))
    if texts(status.get("under_investigation")):
        yield LeftOut("flaws of which Red Hat does not know yet whether they are there")
    if not affected:
        yield LeftOut("flaws that no release of Enterprise Linux has")
        return
    notes = {text(mapping(note).get("category")): mapping(note) for note in items(entry.get("notes"))}
    yield Advisory(
        id=identity,
        feed="redhat-csaf",
        summary=text(entry.get("title")) or text(head.get("title")),
        details=text(notes.get("description", {}).get("text"), limits.ADVISORY_TEXT),
        vectors=_vectors(entry),
        severity=default,
        cwes=tuple(filter(None, [text(mapping(entry.get("cwe")).get("id"), 32)])),
        published=text(tracking.get("initial_release_date"), 40),
        modified=text(tracking.get("current_release_date"), 40),
        references=tuple(filter(None, (text(mapping(r).get("url")) for r in items(entry.get("references"))))),
        affected=tuple(affected),
    )


def _fixed(
    entry: Mapping[str, Any], products: _Products, severities: Mapping[str, str]
) -> Iterator[Affected]:
    """Source packages that have a fix; binary ones where no source is named."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    binaries: dict[tuple[str, str], dict[str, str]] = {}
    for product in texts(mapping(entry.get("product_status")).get("fixed")):
        component, release = products.place(product)
        package = _NEVRA.match(component)
        if release and package:
            epoch = f"{package['epoch']}:" if package["epoch"] not in (None, "0") else ""
            place = found if package["arch"] == "src" else binaries
            fixes = place.setdefault((f"Red Hat:{release}", package["name"]), {})
            fixes[f"{epoch}{package['vr']}"] = severities.get(product, "")
    for (ecosystem, name), fixes in sorted((found or binaries).items()):
        for fixed, severity in sorted(fixes.items()):
            yield Affected(ecosystem=ecosystem, name=name, ranges=(Range(fixed=fixed),), severity=severity)


def _unfixed(
    entry: Mapping[str, Any], products: _Products, severities: Mapping[str, str]
) -> Iterator[Affected]:
    """Packages that have the flaw and no fix."""
    states = _states(entry.get("remediations"))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for product in texts(mapping(entry.get("product_status")).get("known_affected")):
        component, release = products.place(product)
        if release and component:
            name = component.rpartition("/")[2].split("@")[0]
            place = (f"Red Hat:{release}", name)
            found[place] = (severities.get(product, ""), states.get(product, "affected"))
    for (ecosystem, name), (severity, state) in sorted(found.items()):
        yield Affected(ecosystem=ecosystem, name=name, ranges=(Range(),), severity=severity, status=state)


def _states(remedies: Any) -> dict[str, str]:
    """Product → what Red Hat means to do, where it says so in few words: `will not fix`."""
    found = {}
    for remedy in map(mapping, items(remedies)):
        category, words = text(remedy.get("category"), 64), text(remedy.get("details"))
        if category in ("none_available", "no_fix_planned"):
            state = words.lower() if 0 < len(words) <= _LONG_REASON else category
            found.update(dict.fromkeys(texts(remedy.get("product_ids")), state.replace(" ", "_")))
    return found


def _by_product(threats: Any, category: str) -> dict[str, str]:
    """Product → words of the threats of one category."""
    found = {}
    for threat in map(mapping, items(threats)):
        if threat.get("category") == category:
            found.update(dict.fromkeys(texts(threat.get("product_ids")), text(threat.get("details"), 64)))
    return found


def _vectors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """CVSS vectors; a version 2 vector as it is, without a prefix."""
    scores = [mapping(score) for score in items(entry.get("scores"))]
    kinds = ("cvss_v4", "cvss_v3", "cvss_v2")
    found = (text(mapping(score.get(kind)).get("vectorString"), 256) for score in scores for kind in kinds)
    return tuple(dict.fromkeys(filter(None, found)))


FORMAT = Format(name="redhat-csaf", version=1, recognises=recognises, read=read)
