"""Python packages as pip, uv and others install them: `*.dist-info/METADATA` (PEP 376, PEP 566).

The record of files beside it need not be there: images that were slimmed down often lack it.
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
    name="python_dist_info",
    version=1,
    wants=Wants(names=frozenset({"METADATA"}), pattern=re.compile(r"\.dist-info/METADATA\Z")),
    limit=limits.PACKAGE_METADATA,
    read=read,
)
