"""Alpine's packages and their files, from apk's database of what is installed.

Source: https://wiki.alpinelinux.org/wiki/Apk_spec
"""

import re
from collections.abc import Iterator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system.collected import Collected, providers, satisfied

_NAME_ENDS = re.compile(r"[<>=~@]")

Record = list[tuple[str, str]]


def read(file: File) -> Found:
    """Packages of type `apk`, without a namespace (as dpkg's), and what they own.

    Dependencies on libraries (`so:…`), commands and paths are told as the packages of this file that
    provide them. Raises InvalidInput for a file without any package.
    """
    text = file.data.decode("utf-8", "surrogateescape")
    records = [record for block in text.split("\n\n") if (record := _record(block))]
    named = [record for record in records if _value(record, "P")]
    if not named and text.strip():
        raise InvalidInput("it holds no package, so it is no database of apk")
    collected = Collected()
    if len(named) < len(records):
        collected.problem(f"{len(records) - len(named)} of its records name no package")
    for record in named:
        collected.own(_value(record, "P"), _paths(record))
    by = providers((_value(record, "P"), _offers(record)) for record in named)
    for record in named:
        collected.add(_package(record, by, file.path))
    return collected.found()


def _record(block: str) -> Record:
    """The lines `K:value` of one package, in their order."""
    return [(line[0], line[2:]) for line in block.split("\n") if line[1:2] == ":"]


def _value(record: Record, key: str) -> str:
    """The first value of a key, as text that is Unicode; empty where there is none."""
    for one, value in record:
        if one == key:
            return _unicode(value)
    return ""


def _unicode(text: str) -> str:
    """Names and versions must be text that every report can carry; paths keep their bytes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _package(record: Record, by: dict[str, str], path: str) -> Package:
    """P, V, A, o(rigin), L(icence), D(epends)."""
    name, origin, architecture = _value(record, "P"), _value(record, "o"), _value(record, "A")
    needs = [[_bare(word)] for word in _value(record, "D").split() if not word.startswith("!")]
    return Package(
        type="apk",
        name=name,
        version=_value(record, "V"),
        qualifiers=(("arch", architecture),) if architecture else (),
        source_name=origin if origin != name else "",
        licence=_value(record, "L"),
        dependencies=satisfied(needs, by, name),
        path=f"/{path}",
    )


def _offers(record: Record) -> Iterator[str]:
    """What p(rovides) names, and the files' paths under which shells and interpreters are asked for."""
    yield from (_bare(word) for word in _value(record, "p").split())
    yield from (path for path in _paths(record) if path.startswith(("/bin/", "/sbin/", "/usr/bin/")))


def _bare(word: str) -> str:
    """A name without the version behind it: `musl>=1.2`, `so:libz.so.1=1.3.1`."""
    return _NAME_ENDS.split(word, maxsplit=1)[0]


def _paths(record: Record) -> Iterator[str]:
    """F is a directory, relative to the root, and each R after it a file in it."""
    folder = ""
    for key, value in record:
        if key == "F":
            folder = f"/{value}" if value else ""
        elif key == "R" and len(folder) + len(value) < limits.FILE_PATH:
            yield f"{folder}/{value}"


EXTRACTOR = Extractor(
    name="apk",
    version=1,
    wants=Wants(paths=frozenset({"lib/apk/db/installed", "usr/lib/apk/db/installed"})),
    limit=limits.PACKAGE_DATABASE,
    read=read,
)
