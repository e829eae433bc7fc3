"""The same image by other ways - other tools, its SBOMs, more processes, a cache - gives the same answer."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from registries import debian_registry
from scanning import fixes, outrider, scan

pytestmark = pytest.mark.whole

FORMATS = ("text", "json", "sarif", "junit", "cyclonedx", "spdx", "html")
TODAY = {"SOURCE_DATE_EPOCH": "1795824000"}
"""A day for all scans: they may happen around midnight."""


def rendered(
    target: str, database: Path, folder: Path, *options: str, cache: Path | None = None
) -> dict[str, bytes]:
    """One scan in every format."""
    folder.mkdir()
    also = [f"--also={name}={folder / name}" for name in FORMATS]
    remember = () if cache else ("--no-cache",)
    env = {**TODAY, "OUTRIDER_CACHE": str(cache or folder / "none")}
    outrider("scan", target, "--db", database, *also, *remember, *options, "-o", folder / "out", env=env)
    return {name: (folder / name).read_bytes() for name in FORMATS}


@pytest.fixture(scope="module")
def first(
    application_image: Path, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Everything that one scan of the image says, by one process."""
    folder = tmp_path_factory.mktemp("first") / "formats"
    return rendered(f"oci:{application_image}", database, folder, "--jobs=1")


@pytest.fixture(scope="module")
def report(first: dict[str, bytes]) -> Any:
    return json.loads(first["json"])


def test_more_processes_and_a_cache_change_no_byte(
    first: dict[str, bytes], application_image: Path, database: Path, tmp_path: Path
) -> None:
    target, cache = f"oci:{application_image}", tmp_path / "cache"
    again = {
        "four processes, nothing remembered yet": rendered(
            target, database, tmp_path / "four", "--jobs=4", cache=cache
        ),
        "from the cache": rendered(target, database, tmp_path / "cached", cache=cache),
    }
    assert list(cache.rglob("*"))
    for why, other in again.items():
        assert [name for name in FORMATS if first[name] != other[name]] == [], why


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_an_image_s_sbom_is_found_to_have_the_same(
    first: dict[str, bytes], report: Any, form: str, database: Path, tmp_path: Path
) -> None:
    (tmp_path / f"image.{form}.json").write_bytes(first[form])
    again = scan(f"sbom:{tmp_path}/image.{form}.json", "--db", database, env=TODAY)
    assert_same(report, again)


def assert_same(report: Any, again: Any) -> None:
    """Packages with all that is known of them, findings, release and counts."""
    assert again["packages"] == report["packages"]
    assert fixes(again) == fixes(report)
    assert again["vulnerabilities"] == report["vulnerabilities"]
    assert again["artifact"]["release"] == report["artifact"]["release"]
    for name in ("packages", "vulnerabilities"):
        assert again["counts"][name] == report["counts"][name] > 0


def test_a_function_s_sbom_is_found_to_have_the_same(
    application_folder: Path, database: Path, tmp_path: Path
) -> None:
    package = shutil.make_archive(str(tmp_path / "code"), "zip", application_folder / "python")
    sboms = {form: tmp_path / f"function.{form}.json" for form in ("cyclonedx", "spdx")}
    also = [f"--also={form}={path}" for form, path in sboms.items()]
    report = scan(f"zip:{package}", "--db", database, *also, env=TODAY)
    for path in sboms.values():
        assert_same(report, scan(f"sbom:{path}", "--db", database, env=TODAY))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with debian_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


def skopeo(*arguments: str) -> None:
    subprocess.run(("skopeo", "copy", "--quiet", "--insecure-policy", *arguments), check=True)


@pytest.mark.parametrize("form", ["v2s2", pytest.param("oci", marks=pytest.mark.long)])
def test_pushed_to_a_registry(
    report: Any, application_image: Path, database: Path, registry: str, form: str
) -> None:
    name = f"{registry}/application:{form}"
    skopeo("--format", form, "--dest-tls-verify=false", f"oci:{application_image}", f"docker://{name}")
    other = scan(f"registry:{name}", "--registry-http", registry, "--db", database, env=TODAY)
    assert_same_image(report, other)


@pytest.mark.parametrize("kind", ["docker-archive", pytest.param("oci-archive", marks=pytest.mark.long)])
def test_saved_as_an_archive(
    report: Any, application_image: Path, database: Path, tmp_path: Path, kind: str
) -> None:
    skopeo(f"oci:{application_image}", f"{kind}:{tmp_path}/image.tar:application:1")
    assert_same_image(report, scan(f"archive:{tmp_path}/image.tar", "--db", database, env=TODAY))


def assert_same_image(report: Any, other: Any) -> None:
    """Nothing differs but what the image is called and how its layers are packed."""
    for part in ("packages", "executables", "vulnerabilities", "secrets", "checks", "counts"):
        assert other[part] == report[part], part
    diff_ids = [[layer["diff_id"] for layer in one["artifact"]["layers"]] for one in (report, other)]
    assert diff_ids[0] == diff_ids[1]
