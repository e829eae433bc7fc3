"""Licences of Debian's packages: dpkg knows none, but each package brings a copyright file.

Only files in the machine-readable form count: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

import re

from outrider import limits
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants

_LICENCE = re.compile(rb"\nLicen[cs]e:[ \t]*([^\n]{1,200})")
_FORM = b"Format:"
_HEAD = 1024
"""Bytes within which the first paragraph names the form."""
_NAMES = 64


def read(file: File) -> Found:
    """The licences that the package's copyright file names, one text for all: `BSD-3-clause AND (GPL-2+ or
    Artistic)`, names as Debian has them, sorted.

    Nothing for a file of another form: it is prose, and guessing from prose is not our business.
    """
    if _FORM not in file.data[:_HEAD]:
        return Found()
    said = {match[1].decode("utf-8", "replace").strip() for match in _LICENCE.finditer(file.data)}
    names = sorted(said - {""})
    package = file.path.split("/")[-2]
    licence = " AND ".join(_grouped(name, len(names)) for name in names[:_NAMES])
    left_out = len(names) - _NAMES
    return Found(
        licences=((package, licence),) if licence else (),
        problems=(f"it names {left_out} more licences than {_NAMES}",) if left_out > 0 else (),
    )


def _grouped(name: str, count: int) -> str:
    """In parentheses where it is a choice among others."""
    return f"({name})" if count > 1 and re.search(r" (?:or|and) ", name) else name


EXTRACTOR = Extractor(
    name="debian_copyright",
    version=1,
    wants=Wants(
        names=frozenset({"copyright"}), pattern=re.compile(r"^usr/share/doc/[a-z0-9][a-z0-9+.-]*/copyright$")
    ),
    limit=limits.COPYRIGHT,
    read=read,
)
