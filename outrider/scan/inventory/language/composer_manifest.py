"""What Composer's lock file and its record of what is installed have in common
(https://getcomposer.org/doc/04-schema.md)."""

from typing import Any

from outrider.model.package import Evidence, Package
from outrider.scan.inventory.language import naming
from outrider.scan.inventory.language.json_lock import mapping, text
from outrider.scan.inventory.language.listing import names


def package(item: dict[str, Any], path: str, evidence: Evidence, *, development: bool) -> Package | str:
    """A package, or the name of one without a version. A branch (`dev-main`) is a version of Composer's.

    What it requires without a slash in the name is no package: PHP and its extensions.
    """
    vendor, name = naming.composer(text(item.get("name")))
    version = text(item.get("version"))
    if not version:
        return f"{vendor}/{name}"
    return Package(
        type="composer",
        namespace=vendor,
        name=name,
        version=version,
        licence=_licence(item.get("license")),
        dependencies=names(key.lower() for key in mapping(item.get("require")) if "/" in key),
        evidence=evidence,
        development=development,
        path=path,
    )


def _licence(declared: Any) -> str:
    """Several are a choice."""
    if isinstance(declared, list):
        declared = " OR ".join(kind for kind in declared if isinstance(kind, str))
    return naming.licence(declared)
