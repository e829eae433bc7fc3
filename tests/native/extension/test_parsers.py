"""The parsers alone, under ASan and UBSan, with what nobody sends on purpose."""

import subprocess
from pathlib import Path

import pytest
from extension_fixtures import NATIVE, PROGRAMS, SANITIZE, run

ROUNDS = 40_000
PARSERS = ("http_parse", "http_body", "skim", "shapes", "frames", "redact", "line")


@pytest.fixture(scope="session")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fuzz") / "fuzz"
    run(
        [
            *SANITIZE,
            "-o",
            made,
            PROGRAMS / "fuzz.c",
            *(NATIVE / "extension" / f"{name}.c" for name in PARSERS),
        ]
    )
    return made


def test_no_input_harms(fuzz: Path) -> None:
    done = subprocess.run([fuzz, str(ROUNDS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{ROUNDS} rounds\n"
