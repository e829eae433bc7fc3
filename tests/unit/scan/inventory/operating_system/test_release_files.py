"""The distribution: os-release with every kind of quoting, and the files of those that have none."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.package import Release
from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.operating_system import os_release, release_file


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('PRETTY_NAME="a b"', "a b"),
        ("PRETTY_NAME='a \"b\" $c \\d'", 'a "b" $c \\d'),
        ("PRETTY_NAME=plain", "plain"),
        ("PRETTY_NAME=a\\ b", "a b"),
        ('PRETTY_NAME="\\"\\$\\`\\\\ \\n"', '"$`\\ \\n'),
        ('PRETTY_NAME=""', ""),
        ("  PRETTY_NAME=x  ", "x"),
        ("PRETTY_NAME=x\nPRETTY_NAME=y", "y"),
        ("NAME=x", "x"),
    ],
)
def test_quoting(line: str, name: str) -> None:
    found = os_release.read(File("etc/os-release", f"ID=x\n{line}\n".encode()))
    assert found.release == Release(id="x", version="", name=name)
    assert found.problems == ()


@pytest.mark.parametrize("line", ['NAME="open', "NAME='", "name=x", "what", "=x"])
def test_lines_that_make_no_sense_are_counted(line: str) -> None:
    assert len(os_release.read(File("etc/os-release", f"ID=x\n{line}\n".encode())).problems) == 1


def test_without_an_id_it_is_linux() -> None:
    found = os_release.read(File("etc/os-release", b"VERSION_ID=1\n"))
    assert found.release == Release(id="linux", version="1")


@pytest.mark.parametrize("data", [b"", b"\n# nothing\n", b"\0\0\0", b"<html>"])
def test_what_is_no_os_release(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        os_release.read(File("etc/os-release", data))


@pytest.mark.parametrize(
    ("path", "text", "identity", "version"),
    [
        ("alpine-release", "3.21.0_alpha20240807", "alpine", "3.21.0_alpha20240807"),
        ("debian_version", "12.5", "debian", "12"),
        ("debian_version", "bookworm/sid", "debian", ""),
        ("redhat-release", "CentOS Linux release 7.9.2009 (Core)", "centos", "7.9.2009"),
        ("redhat-release", "CentOS release 6.10 (Final)", "centos", "6.10"),
        ("redhat-release", "CentOS Stream release 9", "centos", "9"),
        ("redhat-release", "Red Hat Enterprise Linux release 8.9 (Ootpa)", "rhel", "8.9"),
        ("redhat-release", "Oracle Linux Server release 8.9", "ol", "8.9"),
        ("redhat-release", "Rocky Linux release 8.9 (Green Obsidian)", "rocky", "8.9"),
        ("redhat-release", "AlmaLinux release 9.3 (Shamrock Pampas Cat)", "almalinux", "9.3"),
        ("redhat-release", "Fedora release 39 (Thirty Nine)", "fedora", "39"),
        ("system-release", "Amazon Linux release 2 (Karoo)", "amzn", "2"),
    ],
)
def test_files_with_a_single_line(path: str, text: str, identity: str, version: str) -> None:
    release = release_file.read(File(f"etc/{path}", f"{text}\n".encode())).release
    assert release
    assert (release.id, release.version) == (identity, version)


@pytest.mark.parametrize("path", sorted(release_file.EXTRACTOR.wants.paths))
def test_a_release_that_nobody_knows_is_told(path: str) -> None:
    for text in ("", "Windows", "Nonesuch Linux release 4", "12.x"):
        with pytest.raises(InvalidInput, match="no release that we know"):
            release_file.read(File(path, text.encode()))


@given(st.binary(max_size=300) | st.text(alphabet="A=\"'\\$\n #", max_size=60).map(str.encode))
def test_any_bytes_are_survived(data: bytes) -> None:
    for extractor in (os_release.EXTRACTOR, release_file.EXTRACTOR):
        for path in extractor.wants.paths:
            with contextlib.suppress(InvalidInput):
                extractor.read(File(path, data))
