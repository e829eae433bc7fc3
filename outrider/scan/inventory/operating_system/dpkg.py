"""Debian's packages: dpkg's status file, and the single stanzas that distroless images keep instead.

Source: https://www.debian.org/doc/debian-policy/ch-controlfields.html and dpkg(1).
"""

import re

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system.collected import Collected, providers, satisfied

STATUS_D = "var/lib/dpkg/status.d"
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_PRESENT = {"installed", "triggers-pending", "triggers-awaited", "unpacked", "half-configured"}
"""States in which a package's files are there. `config-files` and `not-installed` have none."""
_WANTED = {"Package", "Status", "Version", "Architecture", "Source", "Depends", "Pre-Depends", "Provides"}
_SOURCE = re.compile(r"(\S{1,512})(?: \((\S{1,512})\))?")

Stanza = dict[str, str]


def read(file: File) -> Found:
    """Packages of type `deb`, without a namespace: only the release knows whose packages they are, and
    whoever merges fills it in.

    Dependencies are named as packages of this file that meet them, alternatives and virtual packages
    resolved; where the file holds a single package, as the first alternative that it names. Raises
    InvalidInput for a file without any package.
    """
    single = file.path.startswith(f"{STATUS_D}/")
    stanzas = [_fields(text) for text in _BLANK_LINE.split(file.data.decode("utf-8", "replace"))]
    named = [stanza for stanza in stanzas if "Package" in stanza]
    if not named and (single or file.data.strip()):
        raise InvalidInput("it holds no package, so it is no status file of dpkg")
    collected = Collected()
    odd = sum(1 for stanza in stanzas if stanza) - len(named)
    if odd:
        collected.problem(f"{odd} of its stanzas name no package")
    present = [stanza for stanza in named if _is_present(stanza, single, collected)]
    offers = ((stanza["Package"], _names(stanza.get("Provides", ""))) for stanza in present)
    by = providers(offers)
    for stanza in present:
        needs = [*_needs(stanza.get("Pre-Depends", "")), *_needs(stanza.get("Depends", ""))]
        if single:
            by = {names[0]: names[0] for names in needs}
        collected.add(_package(stanza, satisfied(needs, by, stanza["Package"]), file.path))
    return collected.found()


def _fields(text: str) -> Stanza:
    """The fields we want of one stanza; those that go on over several lines are joined."""
    parts: dict[str, list[str]] = {}
    name = ""
    for line in text.split("\n"):
        if line[:1] in {" ", "\t"}:
            if name:
                parts[name].append(line)
            continue
        key, colon, value = line.partition(":")
        name = key if colon and key in _WANTED else ""
        if name:
            parts[name] = [value.strip()]
    return {key: "".join(lines) for key, lines in parts.items()}


def _is_present(stanza: Stanza, single: bool, collected: Collected) -> bool:
    """Whether the third word of Status says that its files are there; a distroless stanza has none."""
    words = stanza.get("Status", "").split()
    if len(words) == 3:
        return words[2] in _PRESENT
    if not single or words:
        collected.problem(f"package {stanza['Package'][:80]!r} has no status")
    return single


def _package(stanza: Stanza, dependencies: tuple[str, ...], path: str) -> Package:
    """`Source: name (version)`: both parts only where they differ from the package's own."""
    name, version = stanza["Package"], stanza.get("Version", "")
    match = _SOURCE.fullmatch(stanza.get("Source", ""))
    source, source_version = (match[1], match[2] or "") if match else ("", "")
    architecture = stanza.get("Architecture", "")
    return Package(
        type="deb",
        name=name,
        version=version,
        qualifiers=(("arch", architecture),) if architecture else (),
        source_name=source if source != name else "",
        source_version=source_version if source_version != version else "",
        dependencies=dependencies,
        path=f"/{path}",
    )


def _needs(field: str) -> list[list[str]]:
    """`a (>= 1), b | c` as names, each with its alternatives."""
    return [names for part in field.split(",") if (names := _names(part.replace("|", ",")))]


def _names(field: str) -> list[str]:
    """The names in a list, without versions and architectures."""
    words = (part.strip().partition(" ")[0].partition("(")[0].partition(":")[0] for part in field.split(","))
    return [word for word in words if word]


EXTRACTOR = Extractor(
    name="dpkg",
    version=1,
    wants=Wants(
        paths=frozenset({"var/lib/dpkg/status"}),
        folders=frozenset({STATUS_D}),
        pattern=re.compile(r"(?<!\.md5sums)$"),
    ),
    limit=limits.PACKAGE_DATABASE,
    read=read,
)
