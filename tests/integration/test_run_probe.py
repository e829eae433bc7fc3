"""The probe's task definition, run with another image, under each column of containerd's profile."""

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tasks import ImageMaker, Runner, needs_engine

pytestmark = [needs_engine, pytest.mark.whole]

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "probe" / "task-definition.json"


@pytest.fixture(scope="module")
def probing(images: ImageMaker) -> str:
    """An image with outrider-run."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--only", "outrider-run"]
    subprocess.run([*build, "--arch", platform.machine()], check=True, capture_output=True)
    binary = ROOT / "outrider" / "_native" / platform.machine() / "outrider-run"
    return f"--image=app={images.make('probing', {'srv/outrider-run': binary.read_bytes()})}"


def definition() -> dict[str, Any]:
    """With the test's own image, where outrider-run lies elsewhere."""
    found: dict[str, Any] = json.loads(TEMPLATE.read_text())
    for container in found["containerDefinitions"]:
        container |= {"image": "app", "entryPoint": ["/srv/outrider-run"]}
    return found


@pytest.mark.parametrize("version", ["1.6", "1.7", "2"])
def test_each_profile_is_known_by_what_it_refuses(runner: Runner, probing: str, version: str) -> None:
    done = runner.run(definition(), probing, "--containerd", version)
    assert done.status == 0, done.errors
    with_it, without = (json.loads(done.out[name][0]) for name in ("with-sys-ptrace", "without"))
    for found in (with_it, without):
        assert (found["engine"], found["profile"]) == ("notify", f"containerd {version}")
        assert found["filters"] == 1
        assert found["calls"]["clone3"] == 38
        assert found["landlock_abi"] > 0
    assert with_it["pidfd_getfd"]
    assert not without["pidfd_getfd"]
    assert without["calls"]["pidfd_getfd"] == 1
    assert (without["calls"]["ptrace"] == 1) is (version == "1.6")
