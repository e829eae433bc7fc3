"""pnpm's lock file, versions 5 to 9 (https://github.com/pnpm/spec/tree/master/lockfile).

| version | key of a package | what it needs | for developing |
|---|---|---|---|
| 5 | `/@scope/name/1.0.0_peers` | in `packages` | `dev: true` |
| 6 | `/@scope/name@1.0.0(peers)` | in `packages` | `dev: true` |
| 9 | `@scope/name@1.0.0`, and with peers in `snapshots` | in `snapshots` | not reached from `importers` |
"""

import re
from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import node_manifest, places
from outrider.scan.inventory.language.json_lock import entries, mapping, text
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.node_manifest import is_version, split
from outrider.scan.inventory.language.reach import reachable

_OLD_KEY = re.compile(r"/?(?:[\w.-]+\.[\w.-]+/)?((?:@[^/]+/)?[^/@]+)/(\d[^/_(]*)(?:_.*)?")
_FOR_PRODUCTION = ("dependencies", "optionalDependencies")


def read(file: File) -> Found:
    """Every package of a registry or an address. Raises InvalidInput where it is not YAML."""
    from outrider.scan.inventory.language import yaml_lock  # noqa: PLC0415 - yaml is slow to import

    document = yaml_lock.parse(file.data, "pnpm-lock.yaml")
    snapshots = mapping(document.get("snapshots"))
    needed = _needed(document, snapshots) if snapshots else None
    return found(_told(document, snapshots, needed, f"/{file.path}"))


def _told(
    document: dict[str, Any], snapshots: dict[str, Any], needed: frozenset[str] | None, path: str
) -> Iterator[Package | str]:
    """From version 9 on the snapshots, else the packages."""
    packages = mapping(document.get("packages"))
    for key, item in entries(snapshots or packages):
        fixed = mapping(packages.get(_without_peers(key))) if snapshots else item
        name, version = _identity(key, fixed)
        if version.startswith(("file:", "link:")) or key.startswith(("file:", "link:")):
            continue
        if not is_version(version):
            yield name or key
            continue
        development = item.get("dev") == "true" if needed is None else key not in needed
        yield node_manifest.package(name, version, path, _said(item), development=development)


def _identity(key: str, item: dict[str, Any]) -> tuple[str, str]:
    """Name and version: the entry's own where it has them (what is not from a registry), else the key's."""
    bare = _without_peers(key)
    name, version = split(bare.removeprefix("/"))
    if not version:
        old = _OLD_KEY.fullmatch(bare)
        name, version = (old[1], old[2]) if old else (name, "")
    own = text(item.get("version"))
    return text(item.get("name")) or name, own if is_version(own) else version


def _without_peers(key: str) -> str:
    """`a@1.0.0(b@2.0.0)` is built of `a@1.0.0`."""
    return key.partition("(")[0]


def _said(item: dict[str, Any]) -> dict[str, Any]:
    """What a package needs, under real names: an alias has the real one in its version."""
    needed = {_reference(name, wanted)[0]: "" for name, wanted in _references(item)}
    return {"dependencies": needed}


def _references(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and reference of each dependency, of a package or of an importer."""
    for field in _FOR_PRODUCTION:
        for name, wanted in mapping(item.get(field)).items():
            yield name, text(mapping(wanted).get("version")) if isinstance(wanted, dict) else text(wanted)


def _reference(name: str, wanted: str) -> tuple[str, str]:
    """Real name and snapshot key of a dependency: `1.0.0(peers)`, or `real@1.0.0` for an alias."""
    real, version = split(_without_peers(wanted).removeprefix("/"))
    if version:
        return real, wanted.removeprefix("/")
    return name, f"{name}@{wanted}"


def _needed(document: dict[str, Any], snapshots: dict[str, Any]) -> frozenset[str]:
    """Snapshots that some importer needs otherwise than for developing."""
    importers = [item for _, item in entries(document.get("importers"))]
    roots = [_reference(*pair)[1] for item in importers for pair in _references(item)]
    edges = {key: [_reference(*pair)[1] for pair in _references(item)] for key, item in entries(snapshots)}
    return reachable(roots, edges) if importers else frozenset(edges)


EXTRACTOR = Extractor(
    name="pnpm_lock",
    version=1,
    wants=Wants(names=frozenset({"pnpm-lock.yaml"}), pattern=places.outside(r"pnpm-lock\.yaml")),
    limit=limits.LOCK_FILE,
    read=read,
)
