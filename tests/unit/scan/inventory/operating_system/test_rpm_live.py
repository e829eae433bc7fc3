"""Our reading of rpm's databases against rpm's own: packages built, installed and queried now."""

from pathlib import Path

import pytest

from outrider.model.package import Owned, Package
from outrider.scan.inventory.extractor import File, Found
from outrider.scan.inventory.operating_system import rpm_bdb, rpm_ndb, rpm_sqlite
from tests.data.scan.os import make, rpms

FIELDS = "%{NAME}|%{EPOCHNUM}|%{VERSION}-%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{LICENSE}|%{MODULARITYLABEL}\n"


def row(package: Package) -> str:
    """A package as the query above has it."""
    epoch, _, version = package.version.rpartition(":")
    tags = dict(package.qualifiers)
    source = f"{package.source_name or package.name}-{package.source_version or version}.src.rpm"
    label = tags.get("modularitylabel", "(none)")
    return f"{package.name}|{epoch or 0}|{version}|{tags['arch']}|{source}|{package.licence}|{label}"


def sets(found: Found) -> tuple[set[Package], set[Owned]]:
    assert found.problems == ()
    return set(found.packages), set(found.owned)


@pytest.mark.long
def test_three_kinds_of_database_say_what_rpm_says(tmp_path: Path) -> None:
    packages = [path for spec in (*rpms.SPECS, rpms.MANY) for path in rpms.build(spec, tmp_path / "build")]
    database = rpms.install(packages, tmp_path / "sqlite", "sqlite")
    found = rpm_sqlite.read(File("x", database.read_bytes()))
    assert sorted(map(row, found.packages)) == rpms.query(tmp_path / "sqlite", "sqlite", FIELDS)
    files = rpms.query(tmp_path / "sqlite", "sqlite", "[%{=NAME}|%{FILENAMES}\n]")
    assert sorted(f"{owned.package}|{path}" for owned in found.owned for path in owned.paths) == files
    assert len(files) > 3000

    rows = rpms.headers(database)
    assert sets(rpm_ndb.read(File("x", make.ndb(rows)))) == sets(found)
    for order in ("little", "big"):
        for page in (512, 4096, 65536):
            folder = tmp_path / f"{order}-{page}"
            folder.mkdir()
            rpms.berkeley(rows, folder / "Packages", order, page)
            told = rpm_bdb.read(File("x", (folder / "Packages").read_bytes()))
            assert sets(told) == sets(found)
            assert sorted(map(row, told.packages)) == rpms.query(folder, "bdb_ro", FIELDS)
