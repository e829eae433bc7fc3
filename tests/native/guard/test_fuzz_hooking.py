"""What hooking reads that is not ours: machine code, Node's notes, Python's objects; under ASan and UBSan."""

import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PROGRAMS, ROOT
from test_fuzz import FLAGS

GUARD = ROOT / "native" / "guard"
SOURCES = (*(GUARD / f"{name}.c" for name in ("code", "node", "attribution")), ROOT / "native" / "text.c")
LINE = re.compile(r"^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)$")
PLACE = re.compile(
    r"^(j|call|loop|xbegin|xabort|ret)|\(bad\)|%rip"
    if platform.machine() == "x86_64"
    else r"^(adrp?|bl?|b\.|cbn?z|tbn?z|br|blr|ret|udf|ldr.*\.)\b|undefined"
)
"""Instructions that depend on where they are, or are none."""

SLOT, NOTHING = 64, b"\x90" if platform.machine() == "x86_64" else b"\0"
"""Bytes from one piece to the next, and what fills them."""


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those parts as a program."""
    compiler = shutil.which("gcc")
    assert compiler, "apt-get install gcc"
    made = tmp_path_factory.mktemp("fuzz") / "fuzz"
    subprocess.run([compiler, *FLAGS, "-o", made, PROGRAMS / "fuzz_hooking.c", *SOURCES], check=True)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_sound(fuzz: Path, seed: int) -> None:
    """No byte is touched that is not the caller's; what is found lies where it was looked for."""
    done = subprocess.run([fuzz, str(seed), "20000"], env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "sound\n"), done.stderr[-3000:]


def test_whole_instructions_are_moved(fuzz: Path, tmp_path: Path) -> None:
    """What is moved ends where the disassembler sees an end, and means the same anywhere."""
    said = subprocess.run([fuzz, "7", "60000", "code"], env={}, capture_output=True, text=True, check=True)
    samples = [
        (bytes.fromhex(code), int(length)) for code, length in map(str.split, said.stdout.splitlines())
    ]
    assert len(samples) > 1000
    found = _disassembled(tmp_path / "code", b"".join(code.ljust(SLOT, NOTHING) for code, _ in samples))
    wrong = []
    for number, (code, length) in enumerate(samples):
        start = number * SLOT
        inside = [found[at] for at in range(start, start + length) if at in found]
        if start + length not in found or any(PLACE.search(text) for text in inside):
            wrong.append((code.hex(), length, inside))
    assert not wrong, f"{len(wrong)} of {len(samples)}: {wrong[:3]}"


def _disassembled(path: Path, code: bytes) -> dict[int, str]:
    """The instruction that begins at each offset."""
    path.write_bytes(code)
    objdump = shutil.which("objdump")
    assert objdump, "apt-get install binutils"
    machine = {"x86_64": "i386:x86-64"}.get(platform.machine(), platform.machine())
    command = [objdump, "-D", "-z", "-w", "-b", "binary", "-m", machine, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = (LINE.match(line) for line in done.stdout.splitlines())
    return {int(line[1], 16): line[2] for line in lines if line}
