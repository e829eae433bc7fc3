""".NET's `NAME.deps.json`, which lies beside a published program: its packages, and the runtime where that is
bundled.

Libraries of the types `project` and `reference` are the program's own. A `runtimepack` is the NuGet package
of its name, of which the program has a copy.
https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
"""

from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import json_lock, places
from outrider.scan.inventory.language.json_lock import entries, mapping
from outrider.scan.inventory.language.listing import found, names

_RUNTIME = "runtimepack."
_KINDS = frozenset({"package", "runtimepack"})


def read(file: File) -> Found:
    """Every package. Raises InvalidInput where it is not JSON."""
    return found(_packages(json_lock.parse(file.data, "deps.json"), f"/{file.path}"))


def _packages(document: dict[str, Any], path: str) -> Iterator[Package | str]:
    targets = [target for _, target in entries(document.get("targets"))]
    for key, library in entries(document.get("libraries")):
        if str(library.get("type")).lower() not in _KINDS:
            continue
        name, _, version = key.removeprefix(_RUNTIME).partition("/")
        if not version:
            yield name
            continue
        needed = (
            each for target in targets for each in mapping(mapping(target.get(key)).get("dependencies"))
        )
        yield Package(
            type="nuget",
            name=name,
            version=version,
            dependencies=names(each.removeprefix(_RUNTIME) for each in needed),
            evidence=Evidence.INSTALLED,
            path=path,
        )


EXTRACTOR = Extractor(
    name="dotnet_deps",
    version=1,
    wants=Wants(endings=frozenset({".json"}), pattern=places.outside(r"[^/]+\.deps\.json")),
    limit=limits.LOCK_FILE,
    read=read,
)
