"""Advisories as shards keep them: JSON without what is empty, compressed; and back, believing nothing."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import items, mapping, parse_json

Kind = TypeVar("Kind", Advisory, Affected, Range)

_LEVEL = 9
_WORDS = (
    b'","last_affected":"","after":"","before":"","symbols":["","vectors":["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/'
    b'VI:H/VA:H/SC:N/SI:N/SA:N"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],"withdrawn":""cwes":["CWE-"],'
    b'"references":["https://www.cve.org/CVERecord?id=CVE-2023-https://github.com/advisories/GHSA-","https://nvd.nist.'
    b'gov/vuln/detail/CVE-","https://security-tracker.debian.org/tracker/CVE-20","feed":"debian-tracker","summary":"'
    b'vulnerability in allows remote attackers to cause a denial of service","details":"","severity":"not '
    b"yet assigned"
    b'","status":"no-dsa","arch":"x86_64","versions":["1.0.0","published":"2022-0T00:00:00Z","modified":"2024-0T'
    b'"{"affected":[{"ecosystem":"PyPI","name":"","ranges":[{"fixed":"1.","introduced":"2.0"}]}],"aliases":["CVE-202'
)
"""What most of them say, for the compressor to begin with. Part of the form: a change raises
`schema.REVISION`."""


def plain(advisory: Advisory) -> bytes:
    """JSON, the same for the same advisory."""
    return json.dumps(_bare(advisory), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def key(affected: Affected) -> str:
    """Text that is the same for the same entry and sorts it among others."""
    return json.dumps(_bare(affected), sort_keys=True)


def _bare(value: Any) -> Any:
    """Dataclasses as objects without empty fields, tuples as lists."""
    if isinstance(value, tuple):
        return [_bare(item) for item in value]
    if isinstance(value, str):
        return value
    named = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: _bare(item) for name, item in named if item}


def packed(body: bytes) -> bytes:
    """Compress what `plain` gave."""
    squeezer = zlib.compressobj(_LEVEL, zdict=_WORDS)
    return squeezer.compress(body) + squeezer.flush()


def unpacked(data: bytes, what: str) -> Advisory:
    """Read a packed advisory; `what` names it in errors. Raises InvalidInput."""
    return parse(opened(data, what), what)


def opened(data: bytes, what: str) -> bytes:
    """What `plain` gave, out of what `packed` made of it. Raises InvalidInput."""
    opener = zlib.decompressobj(zdict=_WORDS)
    try:
        body = opener.decompress(data, limits.ADVISORY_BODY)
    except zlib.error as error:
        raise InvalidInput(f"{what} is damaged: {error}") from None
    if not opener.eof:
        raise InvalidInput(f"{what} is damaged: it is cut short, or larger than {limits.ADVISORY_BODY} bytes")
    return body


_TYPES: Mapping[type, Mapping[str, Any]] = {
    kind: {field.name: field.type for field in fields(kind)} for kind in (Advisory, Affected, Range)
}
"""Names and types of their fields, once: thousands of bodies are read."""


def parse(body: bytes, what: str) -> Advisory:
    """Read what `plain` gave. Raises InvalidInput."""
    record = mapping(parse_json(body, what))
    affected = tuple(_affected(mapping(entry), what) for entry in items(record.get("affected")))
    return _build(Advisory, _values(Advisory, record, what, "affected"), affected=affected, what=what)


def _affected(record: Mapping[str, Any], what: str) -> Affected:
    """One package."""
    ranges = tuple(
        _build(Range, _values(Range, mapping(bounds), what), what=what)
        for bounds in items(record.get("ranges"))
    )
    return _build(Affected, _values(Affected, record, what, "ranges"), ranges=ranges, what=what)


def _values(kind: type[Kind], record: Mapping[str, Any], what: str, inner: str = "") -> dict[str, Any]:
    """The fields of a dataclass that are texts and tuples of texts; `inner` is another's matter."""
    types = _TYPES[kind]
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name == inner:
            continue
        wanted = str if types.get(name) is str else list
        if name not in types or not isinstance(value, wanted):
            raise InvalidInput(f"{what} is damaged: its {name[:40]!r} is not what it should be")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise InvalidInput(f"{what} is damaged: its {name[:40]!r} has more than texts")
        found[name] = tuple(value) if isinstance(value, list) else value
    return found


def _build(kind: type[Kind], values: dict[str, Any], *, what: str, **inner: Any) -> Kind:
    """A dataclass of these fields. Raises InvalidInput where one is missing."""
    try:
        return kind(**values, **inner)
    except TypeError:
        raise InvalidInput(f"{what} is damaged: fields are missing") from None
