"""The promise: 2 GB and 500,000 files within 512 MiB, shown under a limit that nothing can pass."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.programs.scanner_lambda.large_image import FILES, SIZE

LIMIT = 512 << 20


def scanned(folder: Path, files: int, greedy: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.programs.scanner_lambda.large_image"]
    done = subprocess.run(
        [*command, str(folder), str(LIMIT), str(files), str(greedy)],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.long
def test_a_large_image_is_scanned_within_512_mib(tmp_path: Path) -> None:
    found = scanned(tmp_path, FILES, 0)
    print(found)
    assert found["files"] == FILES and found["bytes"] == FILES * SIZE
    assert found["packages"] == FILES // 100
    assert [one["subject"] for one in found["failed"]] == ["advisory database"]
    assert found["peak_mib"] <= 512


def test_what_is_too_large_for_the_memory_is_failed_by_name(tmp_path: Path) -> None:
    """The limit is real, and the other layers are looked at."""
    found = scanned(tmp_path, 4000, LIMIT)
    (layer,) = [one for one in found["failed"] if one["subject"].startswith("layer")]
    assert layer["subject"].startswith("layer 1") and "not enough memory" in layer["error"]
    assert found["packages"] == 30
