"""Twenty seconds of what `make fuzz` does for ten minutes: every harness compiles, runs and finds nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


FUZZ = ROOT / "tests" / "native" / "fuzz"


@pytest.mark.whole
@pytest.mark.skipif(shutil.which("clang") is None, reason="clang is not here: `make fuzz` installs it")
def test_the_parsers_take_anything() -> None:
    done = subprocess.run(
        [sys.executable, FUZZ / "fuzz.py"],
        env=os.environ | {"FUZZ_SECONDS": "20"},
        capture_output=True,
        text=True,
        check=False,
        timeout=290,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(path.stem for path in FUZZ.glob("*.c"))
    assert all("nothing found" in line for line in lines)
