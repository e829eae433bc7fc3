"""The scan demo's parts: its images are wrong and right as it says, and its promises can be broken."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo import registry, task
from demo.scan import image, promises
from demo.scan.archive import Roots

STATUS = """\
Package: libssl3
Status: install ok installed
Source: openssl (3.0.{0}-1)
Version: 3.0.{0}-1+b1

Package: tar
Status: install ok installed
Version: 1.34

Package: gone
Status: deinstall ok config-files
Version: {0}
"""


def debian(where: Path, patch: int) -> Path:
    """As little of a Debian root as the images need."""
    files = {
        "./etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
        "./usr/bin/tar": "\x7fELF of tar",
        "./usr/bin/python3.11": "\x7fELF of python",
        "./var/lib/dpkg/status": STATUS.format(patch),
    }
    with tarfile.open(where, "w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(text), 0o755
            archive.addfile(info, io.BytesIO(text.encode("latin-1")))
    return where


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(debian(tmp_path / "released.tar", 1), debian(tmp_path / "upgraded.tar", 2))


@pytest.fixture
def scanned(tmp_path: Path) -> Callable[[Path], dict[str, Any]]:
    """Scan a layout with the command line."""

    def scan(layout: Path) -> dict[str, Any]:
        task.outrider(
            (
                "scan",
                f"oci:{layout}",
                "--only",
                "secrets,compliance",
                "--no-cache",
                "--json",
                "-o",
                "report.json",
            ),
            tmp_path,
        )
        found: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
        return found

    return scan


RULES = ("runs_as_non_root", "holds_no_setuid_programs")


def test_the_shipped_image_has_its_mistakes(
    tmp_path: Path, roots: Roots, scanned: Callable[[Path], dict[str, Any]]
) -> None:
    report = scanned(image.shipped(tmp_path / "image", roots))
    assert promises.hidden_credential(report, image.credential())[0]
    assert promises.breaks(report, RULES, image.BACKUP)[0]
    assert image.credential() not in json.dumps(report)


def test_the_mended_image_has_none_of_them(
    tmp_path: Path, roots: Roots, scanned: Callable[[Path], dict[str, Any]]
) -> None:
    report = scanned(image.mended(tmp_path / "image", roots))
    assert report["secrets"] == []
    assert not promises.breaks(report, RULES[:1], "")[0]
    assert not promises.breaks(report, RULES[1:], "")[0]


def finding(name: str, fixed: str, use: str = "unknown", severity: str = "medium") -> dict[str, Any]:
    package = {"name": name, "version": "1", "ref": name}
    return {"id": f"of-{name}", "package": package, "fixed": [fixed], "use": use, "severity": severity}


def report_of(*found: dict[str, Any]) -> dict[str, Any]:
    names = [one["package"]["name"] for one in found]
    return {"vulnerabilities": list(found), "packages": [{"ref": name, "type": "deb"} for name in names]}


def test_apt_is_the_judge(roots: Roots) -> None:
    right = finding("libssl3", "3.0.2-1")
    assert promises.same_as_apt(report_of(right), roots)[0]
    for wrong in ((), (finding("libssl3", "3.0.3-1"),), (right, finding("tar", "1.35"))):
        assert not promises.same_as_apt(report_of(*wrong), roots)[0]


def test_what_is_loaded_must_come_first() -> None:
    loaded, idle = finding("a", "2", "loaded"), finding("b", "2", "not seen")
    before = report_of(idle, loaded)
    assert promises.used_first(before, report_of(loaded, idle))[0]
    assert not promises.used_first(before, report_of(idle, loaded))[0]
    assert not promises.used_first(before, report_of(loaded))[0]


def test_a_credential_that_is_printed_breaks_the_promise() -> None:
    report = {"secrets": [{"path": "/srv/pricing/.env", "removed": True}]}
    assert promises.hidden_credential(report, "the key", "a report")[0]
    assert not promises.hidden_credential(report, "the key", "a report with the key")[0]
    assert not promises.hidden_credential({"secrets": []}, "the key")[0]


def test_an_older_fix_is_not_the_finding() -> None:
    report = report_of(finding("shop-pricing", "2"))
    assert promises.finds(report, "shop-pricing", "1", "2")[0]
    assert not promises.finds(report, "shop-pricing", "1", "3")[0]


def test_the_record_teaches_two_programs(tmp_path: Path, roots: Roots) -> None:
    (tmp_path / "record.jsonl").write_text(image.record(roots))
    said = task.outrider(("learn", "record.jsonl", "-o", "model.json"), tmp_path).stderr
    assert "2 programs" in said
    assert "/usr/bin/python3.11" in (tmp_path / "model.json").read_text()


def test_requests_are_counted_by_the_registry_itself(tmp_path: Path) -> None:
    with registry.running(tmp_path, told=True) as host:
        before = len(registry.requests(tmp_path))
        with pytest.raises(task.EnvironmentFault):
            task.outrider(("scan", f"registry:{host}/no/such:1", "--registry-http", host), tmp_path)
        assert registry.requests(tmp_path)[before:] == ["GET /v2/no/such/manifests/1"]
