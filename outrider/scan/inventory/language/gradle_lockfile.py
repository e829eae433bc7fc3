"""Gradle's lock files: `group:artifact:version=configuration,…` on each line.

https://docs.gradle.org/current/userguide/dependency_locking.html
"""

from collections.abc import Iterator

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.text import decode

_NAMES = ("gradle.lockfile", "buildscript-gradle.lockfile")


def read(file: File) -> Found:
    """Every locked package. Raises InvalidInput where it is not text."""
    return found(_packages(decode(file.data, "the Gradle lock file"), f"/{file.path}"))


def _packages(content: str, path: str) -> Iterator[Package]:
    """What only configurations of tests need (`testRuntimeClasspath`) is for developing."""
    for line in content.split("\n"):
        coordinates, _, used = line.partition("=")
        parts = coordinates.strip().split(":")
        if line.startswith("#") or len(parts) != 3:
            continue
        configurations = [name for name in used.split(",") if name.strip()]
        tests_only = bool(configurations) and all(name.strip().startswith("test") for name in configurations)
        yield Package(
            type="maven",
            namespace=parts[0],
            name=parts[1],
            version=parts[2],
            evidence=Evidence.DECLARED,
            development=tests_only,
            path=path,
        )


EXTRACTOR = Extractor(
    name="gradle_lockfile",
    version=1,
    wants=Wants(names=frozenset(_NAMES)),
    limit=limits.LOCK_FILE,
    read=read,
)
