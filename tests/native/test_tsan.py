"""What the supervisor's threads share, under ThreadSanitizer: ring, acts seen, policies, waiting calls."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


FLAGS = ("-g", "-O1", "-std=gnu11", "-D_GNU_SOURCE", "-fsanitize=thread", "-Wno-unused-result")
INCLUDED = {"keeper.c", "worker.c"}
"""By programs/threads.c."""
ROUNDS = 3000


@pytest.fixture(scope="module")
def threads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("clang") or shutil.which("gcc")
    assert compiler, "needs clang or gcc"
    where = tmp_path_factory.mktemp("threads")
    sources = [str(path) for path in sorted((ROOT / "native").glob("*.c")) if path.name not in INCLUDED]
    subprocess.run([compiler, *FLAGS, "-Dmain=launch_main", "-c", *sources], check=True, cwd=where)
    own = ROOT / "tests" / "native" / "programs" / "threads.c"
    objects = [str(path) for path in where.glob("*.o")]
    subprocess.run([compiler, *FLAGS, "-o", "threads", own, *objects, "-lpthread"], check=True, cwd=where)
    return where / "threads"


@pytest.mark.whole
def test_the_threads_share_without_a_data_race(threads: Path) -> None:
    policies = [ROOT / "tests" / "data" / "policy" / f"{name}.policy" for name in ("most-rules", "prefixes")]
    done = subprocess.run(
        [threads, str(ROUNDS), *policies], capture_output=True, text=True, check=False, timeout=240
    )
    assert "WARNING: ThreadSanitizer" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("seq ")
