"""Java archives, and the archives within them: Spring Boot's BOOT-INF/lib, a war in an ear, plug-ins of
Jenkins.

What an archive is, in this order: Maven's pom.properties (several where libraries were shaded into it), the
manifest, its file name. Nested ones are read in memory to a depth of `limits.JAVA_DEPTH`.
"""

from collections.abc import Iterator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import java_identity
from outrider.scan.inventory.language.listing import found, printable
from outrider.scan.inventory.language.zip_members import Budget, Members

ENDINGS = (".jar", ".war", ".ear", ".par", ".jpi", ".hpi", ".kar", ".nar", ".sar")
_MANIFEST = "META-INF/MANIFEST.MF"


class _Walk:
    """One archive and what is nested in it: what was found and what could not be read."""

    def __init__(self) -> None:
        self.budget = Budget()
        self.packages: list[Package] = []
        self.nameless: list[str] = []
        self.problems: list[str] = []

    def archive(self, data: bytes, path: str, depth: int) -> None:
        """Raises InvalidInput where this archive cannot be read; those within it become problems."""
        members = Members(data, self.budget)
        names = members.names()
        before = len(self.packages) + len(self.problems)
        self.packages += java_identity.packages(path, self._metadata(members, names))
        nested = [name for name in names if name.lower().endswith(ENDINGS)]
        if nested and depth == limits.JAVA_DEPTH:
            self.problems.append(f"{printable(path)} nests archives deeper than {limits.JAVA_DEPTH}.")
            return
        for name in nested:
            self._nested(members, name, f"{path}!/{name}", depth)
        if len(self.packages) + len(self.problems) == before:
            self.nameless.append(path.rpartition("/")[2])

    def _nested(self, members: Members, name: str, path: str, depth: int) -> None:
        try:
            self.archive(members.read(name, limits.JAVA_ARCHIVE), path, depth + 1)
        except InvalidInput as error:
            self.problems.append(f"{printable(path)}: {error.message}.")

    def _metadata(self, members: Members, names: list[str]) -> Iterator[tuple[str, bytes]]:
        """The few members that say what the archive is."""
        for name in names:
            inside = name.startswith("META-INF/maven/") and name.endswith("/pom.properties")
            if inside or name.upper() == _MANIFEST:
                try:
                    yield name, members.read(name, limits.JAVA_METADATA)
                except InvalidInput as error:
                    self.problems.append(f"{printable(name)}: {error.message}.")


def read(file: File) -> Found:
    """Every package that the archive and those within it name. Raises InvalidInput where it is no zip
    file."""
    walk = _Walk()
    walk.archive(file.data, f"/{file.path}", 1)
    told = found((*walk.packages, *walk.nameless))
    kept = walk.problems[:_PROBLEMS]
    if len(walk.problems) > _PROBLEMS:
        kept.append(f"{len(walk.problems) - _PROBLEMS} more members could not be read.")
    return Found(packages=told.packages, inexact=told.inexact, problems=(*told.problems, *kept))


_PROBLEMS = 20
"""Sentences about members that could not be read."""

EXTRACTOR = Extractor(
    name="java_archive",
    version=1,
    wants=Wants(endings=frozenset(ENDINGS)),
    limit=limits.JAVA_ARCHIVE,
    read=read,
)
