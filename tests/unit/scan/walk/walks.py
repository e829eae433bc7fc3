"""Extractors and readers small enough to be understood, and layers read with them."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from outrider.errors import InvalidInput
from outrider.model.finding import Secret
from outrider.model.package import Owned, Package, Release
from outrider.scan.image import tar
from outrider.scan.image.notes import Notes
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.walk import interest
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.layer import read_layer
from outrider.scan.walk.merge import Merged, merge
from outrider.scan.walk.readers import Readers
from tests.unit.scan.image.tars import made


@dataclass(frozen=True, slots=True)
class Facts:
    format: str = ""
    interpreter: str = ""
    needs: tuple[str, ...] = ()


def lines(file: File) -> list[list[str]]:
    """Words of each line; a file that begins with `!` is damaged."""
    if file.data.startswith(b"!"):
        raise InvalidInput("the file is damaged")
    return [line.split() for line in file.data.decode().splitlines()]


def dpkg(file: File) -> Found:
    return Found(
        packages=tuple(
            Package(type="deb", namespace="debian", name=name, version=version, path=f"/{file.path}")
            for name, version in lines(file)
        )
    )


def dpkg_list(file: File) -> Found:
    name = file.path.rpartition("/")[2].removesuffix(".list")
    return Found(owned=(Owned(name, tuple(words[0] for words in lines(file))),))


def os_release(file: File) -> Found:
    ((name, version),) = lines(file)
    return Found(release=Release(name, version))


def node(file: File) -> Found:
    ((name, version),) = lines(file)
    problems = ("half of it is missing",) if version == "0" else ()
    return Found(
        packages=(Package(type="npm", name=name, version=version, path=f"/{file.path}"),), problems=problems
    )


def program(file: File) -> Found:
    name = file.data[4:].decode().strip()
    return Found(
        packages=(Package(type="golang", name=name, version="1", path=f"/{file.path}"),) if name else ()
    )


EXTRACTORS = (
    Extractor(
        name="dpkg",
        version=1,
        wants=Wants(paths=frozenset({"var/lib/dpkg/status"})),
        limit=1 << 20,
        read=dpkg,
    ),
    Extractor(
        name="dpkg_list",
        version=1,
        wants=Wants(endings=frozenset({".list"}), pattern=re.compile("^var/lib/dpkg/info/")),
        limit=1 << 20,
        read=dpkg_list,
    ),
    Extractor(
        name="os_release",
        version=1,
        wants=Wants(paths=frozenset({"etc/os-release", "usr/lib/os-release"})),
        limit=1000,
        read=os_release,
    ),
    Extractor(name="node", version=1, wants=Wants(names=frozenset({"package.json"})), limit=100, read=node),
    Extractor(name="program", version=1, wants=Wants(programs=True), limit=1 << 20, read=program),
)
INTEREST = interest.compiled(EXTRACTORS)


def facts(data: bytes) -> Facts:
    if data.startswith(b"#!"):
        return Facts("script", data[2:].split()[0].decode())
    return Facts("elf") if data.startswith(b"\x7fELF") else Facts()


def secrets(path: str, chunks: Iterable[bytes]) -> tuple[Secret, ...]:
    """Each line that begins with `SECRET`."""
    text = b"".join(chunks).decode("utf-8", "replace")
    return tuple(
        Secret(rule="test", title="a test's", path=f"/{path}", line=number, fingerprint=line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.startswith("SECRET")
    )


def large(path: str, chunks: Iterable[bytes]) -> Found:
    first = next(iter(chunks))
    return program(File(path, first[:10]))


READERS = Readers(
    secret_wanted=lambda path, size, head: b"SECRET" in head, secrets=secrets, facts=facts, large=large
)


def layer(members: dict[str, bytes | str | None] | bytes, readers: Readers = READERS) -> LayerContents:
    """A layer read: paths and contents, as `tars.made` takes them, or the tar itself."""
    notes = Notes()
    data = members if isinstance(members, bytes) else made(members)
    return read_layer(tar.entries(io.BytesIO(data).read, notes), INTEREST, readers, notes=notes)


def merged(*layers: dict[str, bytes | str | None]) -> Merged:
    return merge([layer(members) for members in layers], INTEREST)


def versions(found: Merged) -> list[tuple[str, str, int]]:
    return [(package.name, package.version, package.layer) for package in found.packages]
