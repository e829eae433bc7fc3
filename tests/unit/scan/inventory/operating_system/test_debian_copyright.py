"""Licences from Debian's copyright files."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.operating_system import debian_copyright


def test_files_of_this_machine() -> None:
    told = {}
    for path in sorted(Path("/usr/share/doc").glob("*/copyright")):
        found = debian_copyright.read(File(str(path)[1:], path.read_bytes()))
        assert found.problems == ()
        told.update(found.licences)
    assert "GPL-2" in told["dpkg"]
    assert "Zlib" in told["zlib1g"]


def test_too_many_are_cut_and_told() -> None:
    text = "Format: x\n" + "".join(f"\nLicense: L{number}\n" for number in range(100))
    found = debian_copyright.read(File("usr/share/doc/x/copyright", text.encode()))
    assert found.licences[0][1].count(" AND ") == 63
    assert found.problems == ("it names 36 more licences than 64",)


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    for start in (b"", b"Format: x\nLicense:"):
        debian_copyright.read(File("usr/share/doc/x/copyright", start + data))
