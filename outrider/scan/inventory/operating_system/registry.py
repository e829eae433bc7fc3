"""Extractors of distributions' packages, in the order of their names."""

from outrider.scan.inventory.extractor import Extractor
from outrider.scan.inventory.operating_system import (
    apk,
    debian_copyright,
    dpkg,
    dpkg_files,
    os_release,
    release_file,
    rpm_bdb,
    rpm_log,
    rpm_ndb,
    rpm_sqlite,
)

OPERATING_SYSTEM: tuple[Extractor, ...] = (
    apk.EXTRACTOR,
    debian_copyright.EXTRACTOR,
    dpkg.EXTRACTOR,
    dpkg_files.EXTRACTOR,
    os_release.EXTRACTOR,
    release_file.EXTRACTOR,
    rpm_bdb.EXTRACTOR,
    rpm_log.EXTRACTOR,
    rpm_ndb.EXTRACTOR,
    rpm_sqlite.EXTRACTOR,
)
