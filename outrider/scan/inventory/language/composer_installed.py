"""What Composer installed: `vendor/composer/installed.json`, of Composer 1 (a list) and 2 (an object)."""

import re

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Evidence
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import composer_manifest, json_lock
from outrider.scan.inventory.language.json_lock import mapping, objects, text
from outrider.scan.inventory.language.listing import found


def read(file: File) -> Found:
    """Every package. Raises InvalidInput where it has neither form."""
    document = json_lock.parse_any(file.data, "installed.json")
    listed = document if isinstance(document, list) else mapping(document).get("packages")
    if not isinstance(listed, list):
        raise InvalidInput("installed.json has no list of packages")
    named = mapping(document).get("dev-package-names")
    development = {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()
    return found(
        composer_manifest.package(
            item, f"/{file.path}", Evidence.INSTALLED, development=text(item.get("name")) in development
        )
        for item in objects(listed)
    )


EXTRACTOR = Extractor(
    name="composer_installed",
    version=1,
    wants=Wants(
        names=frozenset({"installed.json"}), pattern=re.compile(r"(?:\A|/)composer/installed\.json\Z")
    ),
    limit=limits.LOCK_FILE,
    read=read,
)
