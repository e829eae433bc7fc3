"""ruby-advisory-db: YAML for each flaw of a gem, or of a Ruby itself.

https://github.com/rubysec/ruby-advisory-db#yaml-schema. It says which versions are patched or were never
affected, as requirements of RubyGems; all others are vulnerable."""

from collections.abc import Iterator, Mapping
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories import yaml_document
from outrider.scan.advisories.fields import expression, items, mapping, required, text, texts
from outrider.scan.advisories.intervals import without
from outrider.scan.advisories.ordering import key_of
from outrider.scan.advisories.record import Document, Format, Record
from outrider.scan.versions.ranges import inside

_GEMS = "RubyGems"
_RUBIES = "Ruby"
"""Ours: the runtimes themselves (`ruby`, `jruby` …), in the order of gems' versions."""
_MARKS = (b"\ngem: ", b"\nengine: ", b"\nlibrary: ")
_WORDS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
"""Score of CVSS 3 and 4 from which each word holds: https://www.first.org/cvss/v3.1/specification-document"""
_WORDS_2 = ((7.0, "high"), (4.0, "medium"), (0.0, "low"))
"""The same of CVSS 2, as NVD has it."""


def recognises(name: str, head: bytes) -> bool:
    """A mapping that begins with what it is about."""
    begins = b"\n" + head.removeprefix(b"---").lstrip()
    return name.endswith((".yml", ".yaml")) and begins.startswith(_MARKS) and b"\nurl:" in head


def read(document: Document) -> Iterator[Record]:
    """One advisory."""
    record = mapping(yaml_document.parse(document.whole(limits.ADVISORY_DOCUMENT), document.name))
    gem, engine = text(record.get("gem")), text(record.get("engine"))
    name = required(gem or engine, "the gem's name")
    ecosystem = _GEMS if gem else _RUBIES
    yield Advisory(
        id=_identity(record, document.name),
        feed="ruby-advisory-db",
        aliases=_aliases(record, document.name),
        summary=text(record.get("title")),
        details=text(record.get("description"), limits.ADVISORY_TEXT),
        severity=_severity(record),
        published=text(record.get("date"), 40),
        references=tuple(dict.fromkeys(filter(None, (text(record.get("url")), *_urls(record))))),
        affected=(Affected(ecosystem=ecosystem, name=name, ranges=_vulnerable(record, ecosystem)),),
    )


def _vulnerable(record: Mapping[str, Any], ecosystem: str) -> tuple[Range, ...]:
    """What is left. Raises InvalidInput for a requirement that is none."""
    key = key_of(ecosystem)
    if key is None:
        raise InvalidInput(f"the order of {ecosystem}'s versions is not known")
    patched = inside(_GEMS, _requirements(record.get("patched_versions")))
    unaffected = inside(_GEMS, _requirements(record.get("unaffected_versions")))
    return without([Range()], patched, unaffected, key)


def _requirements(value: Any) -> list[str]:
    """Requirements of RubyGems. Raises InvalidInput."""
    return [requirement for item in items(value) if (requirement := expression(item))]


def _names(record: Mapping[str, Any]) -> list[str]:
    """The flaw's names in other lists, the most common first."""
    names = [
        f"CVE-{text(record.get('cve'))}",
        f"GHSA-{text(record.get('ghsa'))}",
        f"OSVDB-{text(record.get('osvdb'))}",
    ]
    return [name for name in names if not name.endswith("-")]


def _identity(record: Mapping[str, Any], file: str) -> str:
    """Its name here: that of its file."""
    stem = file.rpartition("/")[2].rpartition(".")[0]
    return required(stem, "the file's name")


def _aliases(record: Mapping[str, Any], file: str) -> tuple[str, ...]:
    """The other names, sorted."""
    related = mapping(record.get("related"))
    others = [f"CVE-{cve}" for cve in texts(related.get("cve"))] if not record.get("cve") else []
    return tuple(sorted({*_names(record), *others} - {_identity(record, file)}))


def _urls(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Further references."""
    return texts(mapping(record.get("related")).get("url"))


def _severity(record: Mapping[str, Any]) -> str:
    """A word for the score: it gives no vectors."""
    for name, words in (("cvss_v4", _WORDS), ("cvss_v3", _WORDS), ("cvss_v2", _WORDS_2)):
        try:
            score = float(text(record.get(name), 10))
        except ValueError:
            continue
        return next((word for least, word in words if score >= least), "")
    return ""


FORMAT = Format(name="ruby-advisory-db", version=1, recognises=recognises, read=read)
