"""The supervisor's binary."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "native"))  # supervised.py: the real supervisor, a strict agent


@pytest.fixture(scope="session")
def binary() -> Path:
    """outrider-run for this machine, built when its sources changed."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", platform.machine()]
    done = subprocess.run([*build, "--only", "outrider-run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / platform.machine() / "outrider-run"
