"""From rpm headers to packages and what they own; the databases only bring the headers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Found
from outrider.scan.inventory.operating_system import rpm_header
from outrider.scan.inventory.operating_system.collected import Collected, providers, satisfied
from outrider.scan.inventory.operating_system.rpm_header import Header

DIRECTORIES = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
"""Where databases lie: the old place, the new one, and that of rpm-ostree."""

_SOURCE = re.compile(r"(.{1,512})-([^-]{1,256}-[^-]{1,256})\.(?:no)?src\.rpm")
_KEY = "gpg-pubkey"


def paths(base: str) -> frozenset[str]:
    """A database's paths, by its file's name."""
    return frozenset(f"{directory}/{base}" for directory in DIRECTORIES)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is kept of a header until all are read: the package, and what its edges are made of."""

    package: Package
    needs: list[str]
    offers: list[str]


def found(blobs: Iterable[bytes], path: str, problems: Iterable[str] = ()) -> Found:
    """Packages of type `rpm`, in the database's order, without a namespace (as dpkg's), and what they own.

    A version has its epoch in front where that is not 0 (`1:2.3-4.el9`). Dependencies are told as the
    packages of this database that provide what is required. Keys that rpm keeps as if they were packages
    (`gpg-pubkey`) are left out. `problems` of the database itself come after those of the headers; it may
    be a list that grows while `blobs` are read.
    """
    collected = Collected()
    kept: list[_Told] = []
    for blob in blobs:
        try:
            header = rpm_header.parse(blob)
        except InvalidInput as error:
            collected.problem(error.message)
            continue
        package = _package(header, path)
        if package.name != _KEY and len(kept) < limits.PACKAGES:
            collected.own(package.name, _files(header))
            kept.append(_Told(package, header.names(rpm_header.REQUIRENAME), list(_offers(header))))
    by = providers((told.package.name, told.offers) for told in kept)
    for told in kept:
        edges = satisfied(([need] for need in told.needs), by, told.package.name)
        collected.add(replace(told.package, dependencies=edges))
    for problem in problems:
        collected.problem(problem)
    return collected.found()


def _package(header: Header, path: str) -> Package:
    """A header as a package, still without dependencies."""
    name, version = header.text(rpm_header.NAME), _version(header)
    source = _SOURCE.fullmatch(header.text(rpm_header.SOURCERPM))
    own = version.rpartition(":")[2]
    qualifiers = {
        "arch": header.text(rpm_header.ARCH),
        "modularitylabel": header.text(rpm_header.MODULARITYLABEL),
    }
    return Package(
        type="rpm",
        name=name,
        version=version,
        qualifiers=tuple((key, value) for key, value in qualifiers.items() if value),
        source_name=source[1] if source and source[1] != name else "",
        source_version=source[2] if source and source[2] != own else "",
        licence=header.text(rpm_header.LICENSE),
        path=f"/{path}",
    )


def _version(header: Header) -> str:
    """[epoch:]version-release; empty where the header names no version."""
    version, release = header.text(rpm_header.VERSION), header.text(rpm_header.RELEASE)
    epoch = header.numbers(rpm_header.EPOCH)[:1]
    prefix = f"{epoch[0]}:" if epoch and epoch[0] else ""
    return f"{prefix}{version}-{release}" if version and release else version


def _offers(header: Header) -> Iterator[str]:
    """What it provides by name, and paths under which programs are required."""
    yield from header.names(rpm_header.PROVIDENAME)
    for path in _files(header):
        if path.startswith(("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/")):
            yield path


def _files(header: Header) -> Iterator[str]:
    """Directories are named once, and each file names its own by an index; very old packages have whole
    paths."""
    folders = [name.decode("utf-8", "surrogateescape") for name in header.texts(rpm_header.DIRNAMES)]
    indexes = header.numbers(rpm_header.DIRINDEXES)
    for base, index in zip(header.texts(rpm_header.BASENAMES), indexes, strict=False):
        if index < len(folders):
            yield folders[index] + base.decode("utf-8", "surrogateescape")
    for name in header.texts(rpm_header.OLDFILENAMES):
        yield name.decode("utf-8", "surrogateescape")
