"""Languages: findings in real packages are what each feed's own records say, read without our code.

The same folder is scanned as a folder, as a function's package and as a layer over Debian.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import application
import feed_truth
import pytest
from feed_truth import Package, Said
from scanning import failed, scan

pytestmark = pytest.mark.whole

TRUTH: dict[str, Callable[[Iterable[Package]], Iterator[Said]]] = {
    "pypi": feed_truth.python,
    "npm": feed_truth.node,
    "golang": feed_truth.semantic("Go"),
    "cargo": feed_truth.semantic("crates.io"),
    "gem": feed_truth.ruby,
}
"""Type of package URL → what its feed says."""

LEAST = {"pypi": 50, "npm": 10, "golang": 30, "cargo": 20, "gem": 30}
"""Findings that there are at least."""


@pytest.fixture(scope="module")
def reports(
    application_folder: Path,
    application_image: Path,
    database: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """The folder, a zip of it, and the image."""
    package = shutil.make_archive(str(tmp_path_factory.mktemp("zip") / "code"), "zip", application_folder)
    targets = {"dir": application_folder, "zip": package, "oci": application_image}
    return {
        kind: scan(f"{kind}:{where}", "--only", "os,language", "--db", database)
        for kind, where in targets.items()
    }


def inventory(report: Any, kind: str) -> set[Package]:
    """Packages of a type that the feeds speak of: those that no OS package owns."""
    found = (one for one in report["packages"] if one["type"] == kind and not one["owner"])
    return {(label(one), one["version"]) for one in found}


def label(package: Any) -> str:
    """Name with its scope, as the feeds have it."""
    return "/".join(filter(None, (package.get("namespace", ""), package["name"])))


def findings(report: Any, kind: str) -> set[Said]:
    """What was found, by the flaw's names."""
    found = [one for one in report["vulnerabilities"] if one["package"]["ref"].startswith(f"pkg:{kind}/")]
    packages = {one["ref"]: one for one in report["packages"]}
    return {
        (
            (label(packages[one["package"]["ref"]]), one["package"]["version"]),
            frozenset({one["id"], *one["aliases"]}),
            frozenset(one["fixed"]),
        )
        for one in found
    }


@pytest.mark.parametrize("target", ["dir", "zip", "oci"])
@pytest.mark.parametrize("kind", TRUTH)
def test_findings_are_what_the_feed_says(reports: dict[str, Any], kind: str, target: str) -> None:
    there = inventory(reports[target], kind)
    assert application.pins()[kind] - there == set()
    truth = feed_truth.merged(TRUTH[kind](there))
    found = findings(reports[target], kind)
    assert len(truth) >= LEAST[kind]
    assert found - truth == set()
    assert truth - found == set()


@pytest.mark.parametrize("target", ["dir", "zip", "oci"])
def test_what_was_not_looked_at_is_told(reports: dict[str, Any], target: str) -> None:
    """Debian builds without Go modules, and our own program comes from a checkout."""
    skipped = {one["subject"] for one in reports[target]["outcomes"] if one["outcome"] == "skipped"}
    assert any(subject.endswith(f"/bin/{application.DEBIAN_GO}") for subject in skipped)
    assert "1 package of type golang" in skipped
    assert failed(reports[target]) == []


@pytest.mark.parametrize("target", ["dir", "zip", "oci"])
def test_nothing_but_what_was_installed(reports: dict[str, Any], target: str) -> None:
    """Of the locks and of pip's folder, exactly the pins."""
    for kind in ("pypi", "cargo", "gem"):
        assert inventory(reports[target], kind) == application.pins()[kind]
