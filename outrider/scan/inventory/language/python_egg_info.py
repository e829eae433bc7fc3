"""Python packages as setuptools and Debian install them: `*.egg-info/PKG-INFO`, a bare `*.egg-info` file, an
egg.

A PKG-INFO elsewhere is that of an unpacked source archive, which installs nothing.
"""

import re

from outrider import limits
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import core_metadata
from outrider.scan.inventory.language.listing import found


def read(file: File) -> Found:
    """The one package. Raises InvalidInput where there is no name or no version."""
    return found([core_metadata.package(file.data, f"/{file.path}")])


EXTRACTOR = Extractor(
    name="python_egg_info",
    version=1,
    wants=Wants(
        names=frozenset({"PKG-INFO"}),
        endings=frozenset({".egg-info"}),
        pattern=re.compile(r"\.egg-info\Z|\.egg-info/PKG-INFO\Z|\.egg/EGG-INFO/PKG-INFO\Z", re.IGNORECASE),
    ),
    limit=limits.PACKAGE_METADATA,
    read=read,
)
