"""Random arguments for everything the hooks decide on, under ASan and UBSan."""

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAMS, ROOT
from function import policy

NATIVE = ROOT / "native"
HOOKING = {"stubs.c", "hooks.c", "patch.c", "code.c", "python.c", "node.c"}
"""What reaches into libc, and the languages: see test_sanitized.py and test_fuzz_hooking.py."""
FLAGS = (
    *("-g", "-O1", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", f"-I{NATIVE}"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"),
)


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guard's decisions as a program."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    assert compiler, "apt-get install gcc"
    made = tmp_path_factory.mktemp("fuzz") / "fuzz"
    guard = [path for path in sorted((NATIVE / "guard").glob("*.c")) if path.name not in HOOKING]
    guard = [path for path in guard if not path.name.startswith("attribution")]
    shared = [
        NATIVE / name
        for name in ("command_line.c", "script.c", "sha256.c", "verdict.c", "base64.c", "text.c")
    ]
    subprocess.run([compiler, *FLAGS, "-o", made, PROGRAMS / "fuzz.c", *guard, *shared], check=True)
    for directory in (made.parent, *made.parents[1:3]):
        directory.chmod(0o755)
    return made


@pytest.mark.parametrize("seed", range(4))
def test_sound(fuzz: Path, tmp_path: Path, seed: int) -> None:
    """Nothing is refused that we would not see, and no byte is touched that is not the caller's."""
    place = tmp_path / "place"
    place.mkdir()
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    place.chmod(0o777)
    (place / "loop").symlink_to("loop")
    (place / "link").symlink_to("a/../file")
    (place / "script").write_text("#! \t/bin/sh -x\n")
    (place / "orphan").write_bytes(b"#!" + b"x" * 300)
    (place / "long").write_bytes(b"\x7fELF\x02\x01" + bytes(14) + b"\xff" * 300)
    blob = policy(
        "block", {"kind": "write", "target": f"{place}/**"}, exec="block", connect="block", write="block"
    )
    (tmp_path / "policy").write_bytes(blob)
    command = [fuzz, str(seed), "400", tmp_path / "policy", *(["openat2"] if seed % 2 else [])]
    done = subprocess.run(command, cwd=place, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "sound\n"), done.stderr[-3000:]
