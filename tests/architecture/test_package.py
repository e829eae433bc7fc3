"""`pip install .` gives a working `outrider` with both supervisors inside, also from the sdist alone."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".cache", "_native", "__pycache__", "tests", ".*_cache")


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("sdist")
    tree = Path(shutil.copytree(ROOT, where / "tree", ignore=LEFT_OUT))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(where)], cwd=tree, check=True
    )
    return next(where.glob("outrider-*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(sdist: Path) -> Path:
    unpacked = sdist.parent / "unpacked"
    unpacked.mkdir()
    subprocess.run(["tar", "--extract", "--file", str(sdist), "--directory", str(unpacked)], check=True)
    tree = next(unpacked.iterdir())
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(sdist.parent)],
        cwd=tree,
        check=True,
    )
    return next(sdist.parent.glob("*.whl"))


def test_sdist_has_the_native_sources_and_no_binary(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"native/build.py", "native/policy.h", "native/wire.h", "hatch_build.py", "LICENSE"} <= names
    assert not [name for name in names if "_native" in name]


def test_wheel_is_for_any_platform_and_carries_both_supervisors(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for arch in ("x86_64", "aarch64"):
            info = archive.getinfo(f"outrider/_native/{arch}/outrider-run")
            assert info.external_attr >> 16 & 0o111, "executable when unpacked"
    assert "outrider/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "native/", "sidecar/"))]
    assert not [name for name in names if name.endswith(".inputs")]


def test_an_installed_wheel_runs(wheel: Path, tmp_path: Path) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--target", str(tmp_path / "site"), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    command = [str(tmp_path / "site" / "bin" / "outrider"), "--version"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("outrider, version ")
