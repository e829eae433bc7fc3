"""Bun's lock file in text, `bun.lock`: JSON with commas before closing brackets
(https://bun.com/docs/pm/lockfile).

An entry of `packages` is a list that begins with `name@version`; the last object in it has the dependencies.
The older binary `bun.lockb` is not read.
"""

import re
from collections.abc import Iterator

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import json_lock, node_manifest, places
from outrider.scan.inventory.language.json_lock import mapping, objects
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.node_manifest import is_version, split
from outrider.scan.inventory.language.text import decode

_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*+[}\]])', re.DOTALL)
_LOCAL = ("workspace:", "link:", "file:", "root:")


def read(file: File) -> Found:
    """Every package of a registry or an address. Raises InvalidInput where it is not such a file."""
    strict = _STRING_OR_COMMA.sub(lambda match: match[1] or "", decode(file.data, "bun.lock"))
    listed = mapping(json_lock.parse(strict, "bun.lock").get("packages"))
    return found(_told(listed, f"/{file.path}"))


def _told(listed: dict[str, object], path: str) -> Iterator[Package | str]:
    for item in listed.values():
        if not isinstance(item, list) or not item or not isinstance(item[0], str):
            continue
        name, version = split(item[0])
        if not name or version.startswith(_LOCAL):
            continue
        if is_version(version):
            yield node_manifest.package(name, version, path, next(objects(item), {}))
        else:
            yield name


EXTRACTOR = Extractor(
    name="bun_lock",
    version=1,
    wants=Wants(names=frozenset({"bun.lock"}), pattern=places.outside(r"bun\.lock")),
    limit=limits.LOCK_FILE,
    read=read,
)
