"""The wrapper of the other architecture, under qemu-user: it verifies the policy and becomes the program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_wrap_trouble import KEY, OTHER, PUBLIC, encoded
from wrapped import Stage, policy, run

from outrider.policy.signing import sign

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def emulated() -> list[str]:
    """The first words of its command line here."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", "aarch64", "--only", "wrap"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = str(ROOT / "outrider" / "_native" / "aarch64" / "wrap")
    if os.uname().machine == "aarch64":
        return [made]
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    assert qemu, "no qemu-aarch64: apt-get install qemu-user-static"
    return [qemu, made]


@pytest.mark.parametrize(
    ("key", "words"), [(KEY, "not a program of this architecture"), (OTHER, "does not verify")]
)
def test_it_verifies_the_policy_before_it_looks_at_the_program(
    stage: Stage, emulated: list[str], tmp_path: Path, key: bytes, words: str
) -> None:
    """The program is a script of an interpreter that is of no architecture at all."""
    foreign = tmp_path / "interpreter"
    foreign.write_bytes(b"\x7fNOT")
    script = tmp_path / "program"
    script.write_text(f"#!{foreign}\n")
    script.chmod(0o755)
    signed = {"OUTRIDER_POLICY": encoded(sign(policy(), key)), "OUTRIDER_POLICY_KEY": PUBLIC}
    outcome = run([*emulated, str(script)], stage.plain(OUTRIDER_ON_FAILURE="security", **signed))
    assert outcome.status == 1
    assert words in outcome.troubles[0].message


def test_it_becomes_the_program(stage: Stage, emulated: list[str]) -> None:
    outcome = run([*emulated, "/bin/sh", "-c", "echo $$; exit 7"], stage.plain(OUTRIDER_MODE="?"))
    assert (outcome.status, outcome.out.strip()) == (7, str(outcome.pid))
    assert "neither alert nor block" in outcome.troubles[0].message
