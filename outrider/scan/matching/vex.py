"""OpenVEX: what a vendor, or the artifact's own makers, say of a flaw in a product.

`not_affected` and `fixed` take a finding away, with the reason given; `affected` and `under_investigation`
are told beside it. A statement counts only for the products it names, and silence is no statement.
https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packageurl import PackageURL

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.finding import Vulnerability
from outrider.model.package import OS_TYPES, Package

_STATUSES = frozenset({"not_affected", "affected", "fixed", "under_investigation"})
_SUPPRESSING = frozenset({"not_affected", "fixed"})


@dataclass(frozen=True, slots=True)
class Product:
    """What a statement is about."""

    identity: str
    """A package URL, or any other name: an image's digest or reference."""
    parts: tuple[str, ...] = ()
    """Package URLs within it; empty: the product as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a document."""

    names: frozenset[str]
    """The flaw's name and its aliases."""
    products: tuple[Product, ...]
    status: str
    """`not_affected`, `affected`, `fixed`, `under_investigation`."""
    reason: str = ""
    """Justification, impact or action, as written."""
    author: str = ""
    timestamp: str = ""
    """Of the statement, else of its document."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a statement took away."""

    finding: Vulnerability
    statement: Statement

    @property
    def reason(self) -> str:
        """In words: `not affected: component_not_present`."""
        words = self.statement.status.replace("_", " ")
        return f"{words}: {self.statement.reason}" if self.statement.reason else words


def parse(data: bytes, what: str) -> tuple[Statement, ...]:
    """The statements of an OpenVEX document; `what` names it in errors.

    Raises InvalidInput for what is not OpenVEX, is over a cap of `limits`, or says `not_affected` without
    saying why, which the specification forbids.
    """
    if len(data) > limits.VEX_DOCUMENT:
        raise InvalidInput(f"{what} of {len(data)} bytes is too large for an OpenVEX document")
    document = _mapping(json_document.parse(data, what), what)
    if "openvex" not in str(document.get("@context", "")):
        raise InvalidInput(f"{what} is not OpenVEX: its @context does not say so")
    statements = document.get("statements")
    if not isinstance(statements, list):
        raise InvalidInput(f"{what} has no statements")
    if len(statements) > limits.VEX_STATEMENTS:
        raise InvalidInput(f"{what} has {len(statements)} statements, more than {limits.VEX_STATEMENTS}")
    return tuple(_statement(_mapping(entry, what), document, f"{what}, statement {place}")
                 for place, entry in enumerate(statements, 1))  # fmt: skip


def _statement(entry: Mapping[str, Any], document: Mapping[str, Any], what: str) -> Statement:
    status = _text(entry.get("status"))
    if status not in _STATUSES:
        raise InvalidInput(f"{what}: {status[:40]!r} is no status")
    reason = " ".join(
        filter(
            None, (_text(entry.get(key)) for key in ("justification", "impact_statement", "action_statement"))
        )
    )
    if status == "not_affected" and not reason:
        raise InvalidInput(f"{what} says not_affected and does not say why", hint="add a `justification`")
    return Statement(
        names=_names(entry.get("vulnerability"), what),
        products=tuple(_products(entry.get("products"), what)),
        status=status,
        reason=reason,
        author=_text(entry.get("supplier")) or _text(document.get("author")),
        timestamp=_text(entry.get("timestamp")) or _text(document.get("timestamp")),
    )


def _names(value: Any, what: str) -> frozenset[str]:
    """Old documents have a text here, new ones an object."""
    if isinstance(value, str):
        return frozenset({value})
    flaw = _mapping(value, f"{what}: its vulnerability")
    aliases = flaw.get("aliases")
    names = {_text(flaw.get("name")), *map(_text, aliases if isinstance(aliases, list) else ())} - {""}
    if not names:
        raise InvalidInput(f"{what}: its vulnerability has no name")
    return frozenset(names)


def _products(value: Any, what: str) -> Iterable[Product]:
    for entry in value if isinstance(value, list) else ():
        parts = entry.get("subcomponents") if isinstance(entry, dict) else None
        inner = (
            tuple(name for part in parts for name in _identities(part, what))
            if isinstance(parts, list)
            else ()
        )
        for identity in _identities(entry, what):
            yield Product(identity, inner)


def _identities(entry: Any, what: str) -> list[str]:
    """`@id`, package URLs and digests of a product or a part of one."""
    if isinstance(entry, str):
        return [entry]
    product = _mapping(entry, f"{what}: a product")
    found = [_text(product.get("@id"))]
    for key in ("identifiers", "hashes"):
        named = product.get(key)
        found += map(_text, named.values()) if isinstance(named, dict) else []
    return [name for name in dict.fromkeys(found) if name]


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} is not a JSON object")
    return value


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def apply(
    findings: Iterable[Vulnerability], statements: Sequence[Statement], artifact: Sequence[str] = ()
) -> tuple[tuple[Vulnerability, ...], tuple[Suppressed, ...]]:
    """Findings that stand, and those that statements take away; of several statements the latest counts.

    `artifact`: names of what was scanned (its reference, its digest, its package URL), for statements on it
    as a whole or on parts of it.
    """
    by_name: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in statement.names:
            by_name.setdefault(name, []).append(statement)
    kept, taken = [], []
    for finding in findings:
        said = [s for name in (finding.id, *finding.aliases) for s in by_name.get(name, ())]
        said = [s for s in said if any(_covers(p, finding.package, artifact) for p in s.products)]
        latest = max(said, key=lambda statement: (statement.timestamp, statement.status), default=None)
        if latest and latest.status in _SUPPRESSING:
            taken.append(Suppressed(finding, latest))
        else:
            kept.append(_told(finding, latest) if latest else finding)
    return tuple(kept), tuple(taken)


def _told(finding: Vulnerability, statement: Statement) -> Vulnerability:
    words = f"VEX: {statement.status.replace('_', ' ')}"
    return replace(finding, status=f"{finding.status}, {words}" if finding.status else words)


def _covers(product: Product, package: Package, artifact: Sequence[str]) -> bool:
    """The package itself, or the artifact with the package among its named parts."""
    if _is_package(product.identity, package):
        return True
    if product.identity not in artifact:
        return False
    return not product.parts or any(_is_package(part, package) for part in product.parts)


def _is_package(identity: str, package: Package) -> bool:
    """What a package URL leaves out, it leaves open; OS packages may go by their source's name."""
    if not identity.startswith("pkg:"):
        return False
    try:
        named = PackageURL.from_string(identity)
    except ValueError:
        return False
    if named.type != package.type or named.name not in {package.name, package.source_name}:
        return False
    if package.namespace != (named.namespace or "") and package.type not in OS_TYPES:
        return False
    version = (named.name != package.name and package.source_version) or package.version
    if named.version and named.version not in {version, version.partition(":")[2]}:
        return False
    known = dict(package.qualifiers)
    asked = named.qualifiers if isinstance(named.qualifiers, dict) else {}
    return all(known.get(key, value) == value for key, value in asked.items())
