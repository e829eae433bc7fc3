"""SQLite's write-ahead log beside rpm's database: what it holds is not in the database yet.

Images are made of file systems at rest, and rpm empties the log when it closes the database: a log with
something in it is rare, and then the inventory is incomplete.
"""

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system import rpm_packages

_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")


def read(file: File) -> Found:
    """A problem where the log has anything in it. Raises InvalidInput where it is none
    (https://www.sqlite.org/fileformat2.html#walformat)."""
    if not file.data:
        return Found()
    if not file.data.startswith(_MAGIC):
        raise InvalidInput("it is not a write-ahead log of SQLite")
    return Found(
        problems=(
            f"it holds {len(file.data)} bytes of changes that are not in rpm's database yet: "
            "packages installed or removed last may be told wrongly",
        )
    )


EXTRACTOR = Extractor(
    name="rpm_log",
    version=1,
    wants=Wants(paths=rpm_packages.paths("rpmdb.sqlite-wal")),
    limit=limits.RPM_DATABASE,
    read=read,
)
