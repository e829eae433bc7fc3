"""What `make kernels` is made of, without a kernel: archives, consoles, results; each check can fail."""

import base64
import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kernels import archive, cpio, kernels, machine, results, table
from tests.kernels.results import Results

INDEX = """Package: linux-image-5.10.0-9-cloud-amd64
Version: 5.10.9-1
Filename: pool/a.deb
SHA256: aa
Description: has a colon: here

Package: linux-image-5.10.0-46-cloud-amd64
Version: 5.10.262-1
Filename: pool/b.deb
SHA256: bb

Package: linux-image-5.10.0-46-cloud-amd64-unsigned
Version: 5.10.262-1
Filename: pool/c.deb
SHA256: cc
"""
SIGNED = "Suite: bullseye\nMD5Sum:\n 00 1 main/x\nSHA256:\n ab12 99 main/x\n cd34 99 main/y\n"


def console(results_text: str) -> str:
    packed = gzip.compress(results_text.encode())
    digest = hashlib.sha256(packed).hexdigest()
    lines = base64.b64encode(packed).decode()
    return f"noise\n@@began\n# 1.0 probe\n@@results {digest}\n{lines}\n@@ended\n[ 3.2] reboot: Power down\n"


def test_the_tree_is_unpacked_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").write_bytes(b"program")
    (tmp_path / "bin" / "sh").chmod(0o755)
    (tmp_path / "link").symlink_to("/bin/sh")
    made = cpio.archive(tmp_path)
    assert made == cpio.archive(tmp_path)
    assert list(cpio.entries(made)) == [
        ("bin", (tmp_path / "bin").stat().st_mode, b""),
        ("bin/sh", 0o100755, b"program"),
        ("link", 0o120777, b"/bin/sh"),
    ]


def test_the_newest_is_taken_by_debians_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_index", lambda *_: INDEX)
    found = archive.newest("debian-security", "bullseye-security", "amd64", kernels.KERNELS[0].package)
    assert (found.version, found.sha256) == ("5.10.262-1", "bb")
    with pytest.raises(archive.Unreachable, match="no linux-image-6"):
        archive.newest("debian", "bookworm", "amd64", "linux-image-6.*")


def test_only_what_is_signed_is_believed() -> None:
    assert archive.listed_hash(SIGNED, "main/y") == "cd34"
    with pytest.raises(archive.Unreachable):
        archive.listed_hash(SIGNED, "main/z")


def test_a_package_that_is_not_what_was_signed_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = archive.Package("x", "1", "pool/x.deb", hashlib.sha256(b"signed").hexdigest())
    monkeypatch.setattr(archive, "KEPT", tmp_path)
    monkeypatch.setattr(archive, "_get", lambda path: b"another")
    with pytest.raises(archive.Unreachable, match="not what was signed"):
        archive.fetched("debian", package)
    monkeypatch.setattr(archive, "_get", lambda path: b"signed")
    kept = archive.fetched("debian", package)
    kept.write_bytes(b"spoilt")
    assert archive.fetched("debian", package).read_bytes() == b"signed"


def test_results_come_through_the_console() -> None:
    assert machine.unpacked(console("kernel\t5.10\tx86_64\n")) == "kernel\t5.10\tx86_64\n"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("@@ended", "@@end"), "did not come to its end"),
        (lambda text: text.replace("@@began", "")[:9], "did not get as far"),
        (lambda text: text + "Kernel panic - not syncing: x\n", "Kernel panic"),
        (
            lambda text: "".join(line for line in text.splitlines(True) if "H4s" not in line),
            "not what it sent",
        ),
    ],
)
def test_a_broken_console_is_told(spoil: object, said: str) -> None:
    assert callable(spoil)
    with pytest.raises(machine.Broken, match=said):
        machine.unpacked(spoil(console("kernel\t5.10\tx86_64\n")))


def good() -> Results:
    found = Results(release="5.10.0-46-cloud-amd64", machine="x86_64")
    found.races = {"exec": (100, 40, 0)}
    found.fidelity = {"opens root block": 800}
    found.load = (120, 0, 20.0, 30)
    found.closed = dict.fromkeys(results.CLOSED, "Function not implemented") | {"read": "ok"}
    found.probes = {who: {"engine": "notify"} for who in ("root", "root+without-ptrace", "1000")}
    return found


def test_what_is_as_it_should_be_is_no_problem() -> None:
    assert results.problems(good(), ("probe", "fidelity", "races")) == []


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("races", {"races": {"exec": (100, 40, 1)}}),
        ("races", {"races": {"exec": (100, 0, 0)}}),
        ("races", {"races": {}}),
        ("races", {"ended": {"races exec": 4}}),
        ("probe", {"probes": {"root": {"engine": "none"}}}),
        ("fidelity", {"differs": {"opens root block": ["+open / file: ok"]}}),
        ("fidelity", {"ended": {"fidelity opens root block": 139}}),
        ("death", {"load": (120, 1, 20.0, 30)}),
        ("death", {"closed": {"open": "ok"}}),
        ("death", {}),
        ("smoke", {"smoke": {}}),
        ("smoke", {"smoke": {"root block": {"makes b/file": "ok"}}}),
        ("traced", {}),
        ("traced", {"smoke": {"traced root block": {"makes b/file": "ok"}}}),
    ],
)
def test_each_check_can_fail(section: str, change: dict[str, object]) -> None:
    assert results.problems(replace(good(), **change), (section,))  # type: ignore[arg-type]


def test_lines_that_are_not_understood_are_problems() -> None:
    found = results.read("kernel\t6.1.0\tx86_64\nprobe\troot\tnot json\nsh: not found\nevents\tx\t!!\n")
    assert found.version == (6, 1)
    assert len(found.wrong) == 3


def test_a_known_difference_is_one_on_old_kernels_only() -> None:
    line = "+linkat / empty path: 0"
    old = replace(good(), differs={"entries 1000 block": [line]})
    assert results.unexplained(old, "entries 1000 block") == []
    assert results.unexplained(replace(old, release="6.12.1"), "entries 1000 block") == [line]


def test_a_call_that_is_not_there_lets_nothing_through() -> None:
    raced = replace(good(), races={"fchmodat2": (200, 0, 0)})
    assert results.problems(raced, ("races",)) == []
    assert results.problems(replace(raced, release="6.12.1"), ("races",))


def test_the_table_has_a_row_for_what_came_to_nothing() -> None:
    rows = [table.Row("6.1", "TCG", 3.0, None, ["Kernel panic"]), table.Row("5.10", "TCG", 9.0, good(), [])]
    said = table.lines(rows)
    assert len(said) == 4
    assert "100 tried, 0 won" in said[2]
    assert said[-1] == "6.1: Kernel panic"


def test_every_kernel_has_a_machine() -> None:
    assert len({kernel.name for kernel in kernels.KERNELS}) == len(kernels.KERNELS)
    assert {kernel.machine for kernel in kernels.KERNELS} == set(kernels.MACHINES)
