"""The whole object, hooks in libc and in the languages too, under ASan and UBSan inside Python and Node."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROGRAMS, ROOT
from function import Function, policy

HOOK = ROOT / "layer" / "node" / "hook.js"


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is to be preloaded: the sanitizers' own libraries first."""
    compiler = shutil.which("gcc")
    assert compiler, "apt-get install gcc"
    made = tmp_path_factory.mktemp("sanitized")
    build = [sys.executable, ROOT / "native" / "build.py", "--sanitize", "--only", "guard.so", "--out", made]
    subprocess.run(build, check=True, capture_output=True)
    for directory in (made, *made.parents[:2]):
        directory.chmod(0o755)
    libraries = [
        subprocess.run([compiler, f"-print-file-name={name}"], check=True, capture_output=True, text=True)
        for name in ("libasan.so", "libubsan.so")
    ]
    return " ".join([*(library.stdout.strip() for library in libraries), str(made / "sanitize" / "guard.so")])


@pytest.fixture
def watched(function: Function, sanitized: str) -> Function:
    """An environment whose guard is that one, and an extension that takes every event."""
    function.guard = Path(sanitized)
    function.settings = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    function.listen()
    return function


def _sound(function: Function, command: list[str | Path]) -> None:
    place = function.place / "place"
    place.mkdir()
    (place / "file").write_text("x")
    (place / "link").symlink_to("file")
    (place / "loop").symlink_to("loop")
    blob = policy(
        "block",
        {"kind": "write", "target": f"{place}/**"},
        {"kind": "write", "target": "/dev/**"},
        {"kind": "load", "target": "/**"},
        report=True,
        exec="block",
        connect="block",
        write="block",
        read="alert",
        load="alert",
    )
    done = function.run(command, blob, cwd=place)
    assert (done.returncode, done.stdout) == (0, "sound\n"), done.stderr[-3000:]
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr
    assert function.extension
    assert function.extension.events, "the guard was not there"


@pytest.mark.parametrize("seed", range(2))
def test_in_python(watched: Function, seed: int) -> None:
    """Two threads of odd calls, odd names, recursion, pickles."""
    interpreter = Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name
    _sound(watched, [interpreter, PROGRAMS / "acts.py", str(seed), "2000"])


def test_in_node(watched: Function) -> None:
    """Its hook's notes, and those nobody would write."""
    node = shutil.which("node")
    assert node, "apt-get install nodejs"
    _sound(watched, [node, "--require", HOOK, PROGRAMS / "acts.js", "120"])
