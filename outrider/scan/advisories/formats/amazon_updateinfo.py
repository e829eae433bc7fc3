"""Amazon Linux's updateinfo.xml: which binary packages of which version have a fix.

https://alas.aws.amazon.com/ · the form is that of createrepo_c's updateinfo, which Fedora has too
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import required, text, version
from outrider.scan.advisories.names import is_cve
from outrider.scan.advisories.record import Document, Format, LeftOut, Problem, Record
from outrider.scan.advisories.xml_records import records

_RELEASES = (
    (re.compile(r"ALAS2023"), "2023"),
    (re.compile(r"ALAS2(?!\d)"), "2"),
    (re.compile(r"ALAS-"), "1"),
)
"""Beginning of an advisory's name → release."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ANY_ARCH = {"noarch", ""}
_BOTH = {"x86_64", "aarch64"}
"""The architectures of Fargate and Lambda: what was mended on both was mended everywhere."""


def recognises(name: str, head: bytes) -> bool:
    """A list of updates."""
    return b"<updates" in head


def read(document: Document) -> Iterator[Record]:
    """One advisory for each security update."""
    for update in records(document.stream, "update", document.name):
        if update.get("type") != "security":
            yield LeftOut("updates that are not for security")
            continue
        name = text(update.findtext("id"), 80)
        try:
            yield _advisory(update, name)
        except InvalidInput as error:
            yield Problem(name or "an update", error.message)


def _advisory(update: Element, name: str) -> Record:
    """One update."""
    required(name, "an update's id")
    release = next((release for pattern, release in _RELEASES if pattern.match(name)), "")
    if not release:
        return LeftOut("updates of other distributions")
    references = [element.attrib for element in update.iterfind("references/reference")]
    flaws = {text(reference.get("id"), 40) for reference in references}
    severity = text(update.findtext("severity"), 64)
    return Advisory(
        id=name,
        feed="amazon-updateinfo",
        aliases=tuple(sorted(filter(is_cve, flaws))),
        summary=text(update.findtext("title")),
        details=text(update.findtext("description"), limits.ADVISORY_TEXT),
        severity=severity,
        published=_date(update.find("issued")),
        modified=_date(update.find("updated")) or _date(update.find("issued")),
        references=tuple(filter(None, (text(reference.get("href")) for reference in references))),
        affected=tuple(_affected(update, f"Amazon Linux:{release}", severity)),
    )


def _affected(update: Element, ecosystem: str, severity: str) -> Iterator[Affected]:
    """Each package and version once: for all architectures where it was mended on all that matter."""
    arches: dict[tuple[str, str], set[str]] = {}
    for package in update.iterfind("pkglist/collection/package"):
        arch = text(package.get("arch"), 32)
        if arch in ("src", "nosrc"):
            continue
        name = required(package.get("name"), "a package's name")
        arches.setdefault((name, _evr(package)), set()).add(arch)
    for (name, fixed), found in sorted(arches.items()):
        everywhere = bool(found & _ANY_ARCH) or found >= _BOTH
        for arch in [""] if everywhere else sorted(found):
            bounds = (Range(fixed=fixed),)
            yield Affected(ecosystem=ecosystem, name=name, ranges=bounds, arch=arch, severity=severity)


def _evr(package: Element) -> str:
    """Epoch, version and release as rpm writes them; no epoch is epoch 0."""
    written = required(version(package.get("version")), "a package's version")
    release, epoch = version(package.get("release")), version(package.get("epoch"))
    full = f"{written}-{release}" if release else written
    return f"{epoch}:{full}" if epoch not in ("", "0", "None") else full


def _date(element: Element | None) -> str:
    """The day of an element; empty where it has none."""
    found = _DATE.match(text(element.get("date"), 40)) if element is not None else None
    return found[0] if found else ""


FORMAT = Format(name="amazon-updateinfo", version=1, recognises=recognises, read=read)
