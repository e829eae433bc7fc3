"""The world attacks happen in."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks.harness.attacker import listening
from attacks.harness.scene import World, compile_java, compile_native

ROOT = Path(__file__).parents[2]
NATIVE = ROOT / "outrider" / "_native" / platform.machine()


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What of the layer a runtime sees, built when its sources changed."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", platform.machine()]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = tmp_path_factory.mktemp("layer")
    for name in ("lib", "node", "policy"):
        (made / name).mkdir()
    shutil.copy(NATIVE / "guard.so", made / "lib")
    shutil.copy(ROOT / "layer" / "node" / "hook.js", made / "node")
    return made


@pytest.fixture(scope="session")
def world(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The attacker listens, the code is compiled."""
    built = tmp_path_factory.mktemp("built")
    compile_java(built / "java")
    compile_native(built / "native.so")
    with listening() as attacker:
        yield World(attacker, layer, built)
