"""rpm's database until 4.15: Berkeley DB, a hash of numbered headers named `Packages`."""

from outrider import limits
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system import berkeley_hash, rpm_packages

_NUMBER = 4


def read(file: File) -> Found:
    """Packages of every header. The entry with key 0 holds the next free number and is no header. Raises
    InvalidInput for what is no hash database."""
    problems: list[str] = []
    blobs = (
        value for key, value in berkeley_hash.pairs(file.data, problems) if len(key) == _NUMBER and any(key)
    )
    return rpm_packages.found(blobs, file.path, problems)


EXTRACTOR = Extractor(
    name="rpm_bdb",
    version=1,
    wants=Wants(paths=rpm_packages.paths("Packages")),
    limit=limits.RPM_DATABASE,
    read=read,
)
