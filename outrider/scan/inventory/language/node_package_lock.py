"""npm's lock files, versions 1 to 3: `package-lock.json`, `npm-shrinkwrap.json`.

From version 2 on `packages` has an entry for each folder; version 1 nests `dependencies` as node_modules
does.
https://docs.npmjs.com/cli/configuring-npm/package-lock-json
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import json_lock, node_manifest, places
from outrider.scan.inventory.language.json_lock import entries, mapping, text
from outrider.scan.inventory.language.listing import found, names
from outrider.scan.inventory.language.node_manifest import aliased, is_version

_NAMES = ("package-lock.json", "npm-shrinkwrap.json")
_FOLDER = "node_modules/"
_LOCAL = ("file:", "link:", "workspace:")


def read(file: File) -> Found:
    """Every package that does not lie in the project itself. Raises InvalidInput where it is not JSON."""
    document = json_lock.parse(file.data, "the npm lock file")
    path = f"/{file.path}"
    listed = isinstance(document.get("packages"), dict)
    return found(_folders(document, path) if listed else _nested(document, path))


def _folders(document: dict[str, Any], path: str) -> Iterator[Package | str]:
    """Versions 2 and 3. Folders outside of node_modules are the project and its workspaces; links lead
    there."""
    for folder, item in entries(document["packages"]):
        _, within, name = folder.rpartition(_FOLDER)
        if not within or item.get("link") is True:
            continue
        name = text(item.get("name")) or name
        version = item.get("version")
        if is_version(version):
            yield node_manifest.package(name, str(version), path, item, development=item.get("dev") is True)
        else:
            yield name


def _nested(document: dict[str, Any], path: str) -> Iterator[Package | str]:
    """Version 1, level by level; what `requires` names is what a package needs."""
    pending = deque([document])
    while pending:
        for name, item in entries(pending.popleft().get("dependencies")):
            pending.append(item)
            real, version = aliased(name, text(item.get("version")))
            if version.startswith(_LOCAL):
                continue
            if is_version(version):
                needed = {"dependencies": dict.fromkeys(names(mapping(item.get("requires"))))}
                yield node_manifest.package(real, version, path, needed, development=item.get("dev") is True)
            else:
                yield real


EXTRACTOR = Extractor(
    name="node_package_lock",
    version=1,
    wants=Wants(names=frozenset(_NAMES), pattern=places.outside("|".join(_NAMES).replace(".", r"\."))),
    limit=limits.LOCK_FILE,
    read=read,
)
