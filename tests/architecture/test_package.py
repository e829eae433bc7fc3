"""`pip install .` gives a working `outrider` with all that is native inside, also from the sdist alone."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parents[2]
NATIVE = ("outrider-run", "wrap", "extension", "guard.so")
ASSETS = {
    "outrider/_assets/layer/node/hook.js",
    "outrider/_assets/layer/python/start.py",
    "outrider/_assets/templates/policies/function-alert.yaml",
    "outrider/_assets/templates/policies/function-block.yaml",
    "outrider/_assets/templates/policies/function-learn.yaml",
}
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
    assert {"native/guard/guard.h", "native/extension/https.zig", "native/wrap/main.c"} <= names
    assert {name.removeprefix("outrider/_assets/") for name in ASSETS} <= names
    assert not [name for name in names if "_native" in name]


def test_wheel_is_for_any_platform_and_carries_what_is_native(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for arch in ("x86_64", "aarch64"):
            for name in NATIVE:
                info = archive.getinfo(f"outrider/_native/{arch}/{name}")
                assert info.external_attr >> 16 & 0o111, "executable when unpacked"
    assert "outrider/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "native/", "sidecar/"))]
    assert not [name for name in names if name.endswith((".inputs", ".lock"))]
    assert names >= ASSETS


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a place of its own; what it depends on is this interpreter's."""
    site = tmp_path_factory.mktemp("installed") / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--disable-pip-version-check", "--target", str(site), str(wheel)], check=True)
    return site


def outrider(site: Path, cwd: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [str(site / "bin" / "outrider"), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_an_installed_wheel_runs(installed: Path, tmp_path: Path) -> None:
    assert outrider(installed, tmp_path, "--version").startswith("outrider, version ")


def test_an_installed_wheel_makes_the_same_layer_as_the_source_tree(installed: Path, tmp_path: Path) -> None:
    outrider(installed, tmp_path, "layer", "build", "-o", "theirs")
    outrider_here = [sys.executable, "-c", "from outrider.cli.main import main; main()"]
    build = [sys.executable, str(ROOT / "native" / "build.py")]
    subprocess.run(build, check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    here = [*outrider_here, "layer", "build", "-o", "ours"]
    subprocess.run(here, cwd=tmp_path, env=environment, check=True, capture_output=True)
    theirs = {path.name: path.read_bytes() for path in (tmp_path / "theirs").iterdir()}
    ours = {path.name: path.read_bytes() for path in (tmp_path / "ours").iterdir()}
    assert theirs.keys() == {"outrider-layer-x86_64.zip", "outrider-layer-aarch64.zip"}
    assert theirs == ours
