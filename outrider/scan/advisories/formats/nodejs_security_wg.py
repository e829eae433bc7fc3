"""The Node.js security working group's lists: `vuln/npm` (packages, until 2019) and `vuln/core` (Node.js
itself).

https://github.com/nodejs/security-wg/tree/main/vuln. Both say which versions are vulnerable and which are
patched, as ranges of npm; what is in both is patched."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import expression, mapping, parse_json, required, text, texts
from outrider.scan.advisories.intervals import without
from outrider.scan.advisories.names import is_cve
from outrider.scan.advisories.ordering import key_of
from outrider.scan.advisories.record import Document, Format, LeftOut, Record
from outrider.scan.versions.ranges import inside

_NPM = "npm"
_NODE = "Node"
"""Ours: the runtime itself."""


def recognises(name: str, head: bytes) -> bool:
    """The fields that only these lists have."""
    if not name.endswith(".json") or head.lstrip()[:1] != b"{":
        return False
    npm = b'"module_name"' in head
    core = b'"cve"' in head and (b'"vulnerable"' in head or b'"reason"' in head)
    return npm or core


def read(document: Document) -> Iterator[Record]:
    """One advisory; nothing of an index, which repeats the documents beside it."""
    record = mapping(parse_json(document.whole(limits.ADVISORY_DOCUMENT), document.name))
    number = document.name.rpartition("/")[2].removesuffix(".json")
    if number == "index":
        yield LeftOut("indexes of documents that are read themselves")
    elif "module_name" in record:
        yield _npm(record, number)
    elif "vulnerable" in record:
        yield _core(record, number)
    elif "reason" in record:
        yield LeftOut("flaws of parts that Node.js says it does not have")
    else:
        raise InvalidInput(f"{document.name} says of nothing that it is vulnerable")


def _npm(record: Mapping[str, Any], number: str) -> Advisory:
    """A flaw of a package."""
    name = required(record.get("module_name"), "module_name")
    return Advisory(
        id=f"NSWG-ECO-{number}",
        feed="nodejs-security-wg",
        aliases=tuple(sorted(filter(is_cve, texts(record.get("cves"))))),
        summary=text(record.get("title")),
        details=text(record.get("overview"), limits.ADVISORY_TEXT),
        vectors=tuple(filter(None, [text(record.get("cvss_vector"), 256)])),
        published=text(record.get("publish_date"), 40),
        modified=text(record.get("updated_at"), 40),
        references=texts(record.get("references")),
        affected=(_affected(_NPM, name, record.get("vulnerable_versions"), record.get("patched_versions")),),
    )


def _core(record: Mapping[str, Any], number: str) -> Advisory:
    """A flaw of Node.js."""
    vector = text(record.get("cvss"), 256)
    severity = text(record.get("severity"), 64)
    return Advisory(
        id=f"NSWG-CORE-{number}",
        feed="nodejs-security-wg",
        aliases=tuple(sorted(filter(is_cve, texts(record.get("cve"))))),
        summary=text(record.get("description")) or text(record.get("overview"), 200),
        details=text(record.get("overview"), limits.ADVISORY_TEXT),
        vectors=(vector if vector.startswith("CVSS:") else f"CVSS:{vector}",) if vector else (),
        severity="" if severity == "unknown" else severity,
        published=text(record.get("publish_date"), 40),
        references=tuple(filter(None, [text(record.get("ref"))])),
        affected=(_affected(_NODE, "node", record.get("vulnerable"), record.get("patched")),),
    )


def _affected(ecosystem: str, name: str, vulnerable: Any, patched: Any) -> Affected:
    """Versions that are vulnerable and not patched. Raises InvalidInput for an expression that is none."""
    key = key_of(ecosystem)
    if key is None:
        raise InvalidInput(f"the order of {ecosystem}'s versions is not known")
    if not (said := expression(vulnerable)):
        raise InvalidInput("the vulnerable versions are missing")
    whole, mended = inside(_NPM, [said]), inside(_NPM, filter(None, [expression(patched)]))
    ranges = [each for bounds in without(whole, mended, (), key) for each in _released(bounds)]
    return Affected(ecosystem=ecosystem, name=name, ranges=tuple(ranges))


def _released(bounds: Range) -> Iterator[Range]:
    """`>0.7.0` is patched from 0.7.1-0 on, which nobody released: the fix is 0.7.1, as npm's `minVersion`
    says. What is covered stays as it is."""
    release = bounds.fixed.removesuffix("-0")
    if release == bounds.fixed:
        yield bounds
        return
    if bounds.introduced != bounds.fixed:
        yield replace(bounds, fixed="", before=bounds.fixed)
    yield Range(introduced=release, fixed=release)


FORMAT = Format(name="nodejs-security-wg", version=2, recognises=recognises, read=read)
