"""Each gate of `make lint` is shown able to fail: a fault planted in a copy of the tree is found."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COPIED = ("outrider", "sidecar", "scanner_lambda", "cdk_app", "layer", "demo", "benchmarks", "native")
LINT_IMPORTS = [str(BIN / "lint-imports"), "--no-cache"]
RUFF = [sys.executable, "-m", "ruff", "check", "--no-cache", "."]
RUFF_FORMAT = [sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "."]
MYPY = [sys.executable, "-m", "mypy", "--cache-dir", os.devnull, "outrider/model/planted.py"]


@dataclass(frozen=True)
class Plant:
    """A fault: the file it is planted in, its text, the gate, and words of the gate's complaint."""

    where: str
    text: str
    gate: list[str]
    complaint: str


DOC = '"""Planted."""\n'
PLANTS = [
    Plant("outrider/model", "import outrider.cli", LINT_IMPORTS, "each layer knows only those below it"),
    Plant("outrider/errors", "import outrider.model", LINT_IMPORTS, "each layer knows only those below it"),
    Plant("outrider/scan", "import outrider.policy", LINT_IMPORTS, "siblings do not know each other"),
    Plant("outrider/inject", "import outrider.fargate", LINT_IMPORTS, "siblings do not know each other"),
    Plant("outrider/function", "import outrider.inject", LINT_IMPORTS, "siblings do not know each other"),
    Plant("outrider/function", "import subprocess", LINT_IMPORTS, "the library opens no doors"),
    Plant("outrider/policy", "import boto3", LINT_IMPORTS, "the library opens no doors"),
    Plant("outrider/runtime", "import socket", LINT_IMPORTS, "the library opens no doors"),
    Plant("outrider/inject", "import os", LINT_IMPORTS, "the library opens no doors"),
    Plant("outrider/model", "import time", LINT_IMPORTS, "the library opens no doors"),
    Plant("outrider/cli", "import boto3", LINT_IMPORTS, "boto3 lives in"),
    Plant("outrider/cli/aws", "import aws_cdk", LINT_IMPORTS, "aws_cdk lives in"),
    Plant("scanner_lambda", "import boto3", LINT_IMPORTS, "boto3 lives in"),
    Plant("cdk_app/functions/reporter", "import outrider.cli", LINT_IMPORTS, "what runs in AWS needs"),
    Plant("cdk_app/functions/injector", "import aws_cdk", LINT_IMPORTS, "aws_cdk lives in"),
    Plant("outrider/account", "import boto3", LINT_IMPORTS, "boto3 lives in"),
    Plant("outrider/account", "import outrider.cli", LINT_IMPORTS, "each layer knows only those below it"),
    Plant("sidecar", "import boto3", LINT_IMPORTS, "boto3 lives in"),
    Plant("sidecar", "import outrider.inject", LINT_IMPORTS, "the sidecar sees"),
    Plant("sidecar", "import outrider.function", LINT_IMPORTS, "the sidecar sees"),
    Plant("sidecar", "import outrider.cli", LINT_IMPORTS, "the sidecar sees"),
    Plant("outrider/cli", "import sidecar", LINT_IMPORTS, "the library does not know the programs"),
    Plant("scanner_lambda", "import sidecar", LINT_IMPORTS, "programs do not import each other"),
    Plant("cdk_app", "import demo", LINT_IMPORTS, "what ships does not know the demos"),
    Plant("outrider/model", "def planted() -> None:\n    return None", RUFF, "D103"),
    Plant("outrider/model", "class Planted:\n    def shown(self) -> None:\n        pass", RUFF, "D102"),
    Plant("outrider/model", "try:\n    X = 1\nexcept Exception:\n    X = 2", RUFF, "BLE001"),
    Plant("outrider/model", "X   =   1", RUFF_FORMAT, "planted.py"),
    Plant("outrider/model", 'X: int = "text"', MYPY, "Incompatible types"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the gates look at."""
    for room in COPIED:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("_native", "__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(gate: list[str], tree: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(gate, cwd=tree, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("gate", [LINT_IMPORTS, RUFF, RUFF_FORMAT], ids=lambda gate: " ".join(gate)[-40:])
def test_the_tree_passes(gate: list[str], tree: Path) -> None:
    done = run(gate, tree)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.where}: {plant.text.splitlines()[0]}")
def test_a_planted_fault_is_found(plant: Plant, tree: Path) -> None:
    place = tree / plant.where
    if place.is_dir():
        (place / "planted.py").write_text(f"{DOC}{plant.text}\n")
    else:
        module = place.with_suffix(".py")
        module.write_text(f"{module.read_text()}\n{plant.text}\n")
    done = run(plant.gate, tree)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0, said
    assert plant.complaint in said
    if plant.gate is LINT_IMPORTS:
        assert f"{plant.complaint}" in said.split("Broken contracts")[1]


def test_a_skipped_test_fails_the_run_in_ci_only(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_planted.py").write_text(
        "import pytest\n\ndef test_a():\n    pytest.skip('no reason')\n\ndef test_b():\n    pass\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--basetemp={tmp_path / 'temporary'}",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    statuses = {}
    for ci in ("true", ""):
        environment = {**os.environ, "CI": ci}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        statuses[ci] = (done.returncode, "not allowed in CI" in done.stdout)
    assert statuses == {"true": (1, True), "": (0, False)}
