"""Composer's lock file: `packages`, and `packages-dev` for developing."""

from outrider import limits
from outrider.model.package import Evidence
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import composer_manifest, json_lock, places
from outrider.scan.inventory.language.json_lock import objects
from outrider.scan.inventory.language.listing import found


def read(file: File) -> Found:
    """Every package. Raises InvalidInput where it is not JSON."""
    document = json_lock.parse(file.data, "composer.lock")
    return found(
        composer_manifest.package(item, f"/{file.path}", Evidence.DECLARED, development=development)
        for key, development in (("packages", False), ("packages-dev", True))
        for item in objects(document.get(key))
    )


EXTRACTOR = Extractor(
    name="composer_lock",
    version=1,
    wants=Wants(names=frozenset({"composer.lock"}), pattern=places.outside(r"composer\.lock")),
    limit=limits.LOCK_FILE,
    read=read,
)
