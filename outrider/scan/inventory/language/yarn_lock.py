"""Yarn's lock file: of version 1 (a format of its own), and from version 2 on (YAML with `__metadata`).

Neither says which packages are for developing.
"""

from collections.abc import Iterator

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import node_manifest, places, yarn_classic
from outrider.scan.inventory.language.json_lock import entries, text
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.node_manifest import aliased, is_version, split
from outrider.scan.inventory.language.text import decode

_LOCAL = ("file:", "link:", "portal:", "workspace:")


def read(file: File) -> Found:
    """Every package that does not lie in the project itself. Raises InvalidInput where it has neither
    form."""
    content = decode(file.data, "yarn.lock")
    path = f"/{file.path}"
    berry = content.startswith("__metadata:") or "\n__metadata:" in content
    return found(_berry(file.data, path) if berry else _classic(content, path))


def _classic(content: str, path: str) -> Iterator[Package | str]:
    for entry in yarn_classic.entries(content):
        name, wanted = aliased(*split(entry.specifiers[0]))
        if not name or wanted.startswith(_LOCAL):
            continue
        if is_version(entry.version):
            yield node_manifest.package(name, entry.version, path, {"dependencies": entry.dependencies})
        else:
            yield name


def _berry(data: bytes, path: str) -> Iterator[Package | str]:
    """`resolution` has the name after aliases, and where it came from."""
    from outrider.scan.inventory.language import yaml_lock  # noqa: PLC0415 - yaml is slow to import

    for key, item in entries(yaml_lock.parse(data, "yarn.lock")):
        name, source = split(text(item.get("resolution")))
        if key == "__metadata" or not name or source.startswith(_LOCAL):
            continue
        version = item.get("version")
        if is_version(version):
            yield node_manifest.package(name, str(version), path, item)
        else:
            yield name


EXTRACTOR = Extractor(
    name="yarn_lock",
    version=1,
    wants=Wants(names=frozenset({"yarn.lock"}), pattern=places.outside(r"yarn\.lock")),
    limit=limits.LOCK_FILE,
    read=read,
)
