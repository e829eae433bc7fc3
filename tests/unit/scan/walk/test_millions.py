"""Three million empty files in one layer: bounded memory, measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
PROGRAM = r"""
import re
from pathlib import Path
from outrider.scan.walk.blob import read_blob
from outrider.scan.walk.merge import merge
from tests.unit.scan.image.tars import Pieces, many
from tests.unit.scan.walk.walks import INTEREST, READERS, layer

below = layer({"usr/share/d007/f0000007": b"SECRET", "a/package.json": b"x 1"})
found = read_blob(Pieces(many(COUNT)).read, INTEREST, READERS)
assert found.failure is None, found.failure
merged = merge([below, found], INTEREST)
# getrusage would tell of the parent before exec as well.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]
print(found.entries, merged.secrets[0].removed, int(peak) >> 10)
"""


def peak(count: int) -> int:
    """MiB of a walk over so many files, merging included."""
    program = PROGRAM.replace("COUNT", str(count))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    entries, removed, mebibytes = done.stdout.split()
    assert (int(entries), removed) == (count, "True")
    return int(mebibytes)


def test_a_hundred_thousand() -> None:
    assert peak(100_000) <= 120


@pytest.mark.long
@pytest.mark.timeout(900)
def test_three_million() -> None:
    assert peak(3_000_000) <= 300
