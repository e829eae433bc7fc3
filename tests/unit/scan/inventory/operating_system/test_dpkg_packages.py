"""Debian's packages and files, compared with what dpkg itself says of this machine."""

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.operating_system import dpkg, dpkg_files

STATUS = Path("/var/lib/dpkg/status")
FIELDS = "${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}"


def asked(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_packages_of_this_machine_as_dpkg_tells_them() -> None:
    rows = [row.split("|") for row in asked("dpkg-query", "-W", "-f", FIELDS + "|${db:Status-Status}\n")]
    expected = sorted(row[:5] for row in rows if row[5] in dpkg._PRESENT)
    found = dpkg.read(File("var/lib/dpkg/status", STATUS.read_bytes()))
    assert found.problems == ()
    assert expected == sorted(
        [
            package.name,
            package.version,
            dict(package.qualifiers)["arch"],
            package.source_name or package.name,
            package.source_version or package.version,
        ]
        for package in found.packages
    )


def test_every_dependency_is_an_installed_package() -> None:
    found = dpkg.read(File("var/lib/dpkg/status", STATUS.read_bytes()))
    names = {package.name for package in found.packages}
    assert all(set(package.dependencies) <= names for package in found.packages)
    bash = next(package for package in found.packages if package.name == "bash")
    assert {"base-files", "debianutils", "libc6", "libtinfo6"} <= set(bash.dependencies)


def test_files_of_a_package_as_dpkg_tells_them() -> None:
    for name in ("bash", "perl-base", "dpkg"):
        (listed,) = [*Path("/var/lib/dpkg/info").glob(f"{name}.list")]
        found = dpkg_files.read(File(f"var/lib/dpkg/info/{name}.list", listed.read_bytes()))
        (owned,) = found.owned
        assert owned.package == name
        files = {path for path in asked("dpkg", "-L", name) if not Path(path).is_dir()}
        assert files <= set(owned.paths)
        assert all(Path(path).is_dir() for path in set(owned.paths) - files if Path(path).exists())


def test_the_architecture_in_the_name_of_a_list_is_left_out() -> None:
    found = dpkg_files.read(File("var/lib/dpkg/info/libc6:amd64.list", b"/lib/x\n"))
    assert [owned.package for owned in found.owned] == ["libc6"]


def test_lists_that_are_none_are_refused() -> None:
    for path, data in (("info/x.list", b"relative\n"), ("status.d/x.md5sums", b"no checksum\n")):
        with pytest.raises(InvalidInput):
            dpkg_files.read(File(f"var/lib/dpkg/{path}", data))


def test_a_status_file_of_nothing_is_no_error_and_one_of_something_else_is() -> None:
    assert dpkg.read(File("var/lib/dpkg/status", b"\n")).packages == ()
    for path in ("status", "status.d/x"):
        with pytest.raises(InvalidInput):
            dpkg.read(File(f"var/lib/dpkg/{path}", b"\x7fELF\0\0"))


@pytest.mark.parametrize(
    ("state", "present"),
    [
        ("install ok installed", True),
        ("hold ok installed", True),
        ("install reinstreq half-configured", True),
        ("install ok triggers-awaited", True),
        ("deinstall ok config-files", False),
        ("purge ok not-installed", False),
        ("installed", False),
    ],
)
def test_only_what_is_there_counts(state: str, present: bool) -> None:
    stanza = f"Package: x\nStatus: {state}\nVersion: 1\n"
    assert bool(dpkg.read(File("var/lib/dpkg/status", stanza.encode())).packages) is present


def test_the_first_alternative_that_is_there_counts() -> None:
    text = (
        "Package: a\nStatus: install ok installed\nVersion: 1\nDepends: no | c | b, v, a\n\n"
        "Package: b\nStatus: install ok installed\nVersion: 1\nProvides: v\n\n"
        "Package: c\nStatus: install ok installed\nVersion: 1\nProvides: v (= 3)\n"
    )
    found = dpkg.read(File("var/lib/dpkg/status", text.encode()))
    assert found.packages[0].dependencies == ("b", "c")


line = st.sampled_from(
    ["Package: a", "Package:", "Status: install ok installed", "Version: 1", " more", "\t", "", "Status: x",
     "Depends: a|b,(", "Source: x (1)", "Source: (", "Provides: ,,", "no field", ":"]
)  # fmt: skip


@given(st.lists(line).map(lambda lines: "\n".join(lines).encode()) | st.binary(max_size=200))
def test_any_text_is_survived(data: bytes) -> None:
    for path in ("var/lib/dpkg/status", "var/lib/dpkg/status.d/x"):
        with contextlib.suppress(InvalidInput):
            found = dpkg.read(File(path, data))
            assert all(package.name and package.version for package in found.packages)
    for path in ("var/lib/dpkg/info/x.list", "var/lib/dpkg/status.d/x.md5sums"):
        with contextlib.suppress(InvalidInput):
            dpkg_files.read(File(path, data))
