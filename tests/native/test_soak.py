"""Half a minute of what `make soak` does for ten."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


SECONDS = 25


@pytest.mark.whole
@pytest.mark.skipif(not all(map(shutil.which, ("nginx", "redis-server", "wrk"))), reason="no servers here")
def test_servers_run_on_and_nothing_is_lost(binary: Path) -> None:
    program = ROOT / "tests" / "native" / "soak" / "soak.py"
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "native")))
    done = subprocess.run(
        [sys.executable, program, "--seconds", str(SECONDS)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "times the sidecar was killed" in done.stdout
