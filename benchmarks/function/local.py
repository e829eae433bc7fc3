"""Functions to measure, under the local Lambda: as they are, and with the layer."""

import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.benchmark import Variant
from benchmarks.stage import ROOT, Stage
from benchmarks.trial import TrialFailed
from outrider.cli.emulator.local_function import LocalFunction
from outrider.errors import EnvironmentFault

HANDLERS = Path(__file__).parent / "handlers"
WITH_POWERTOOLS = ("importing", "web")
POWERTOOLS = ("aws_lambda_powertools", "jmespath", "typing_extensions")
"""Modules of the package, and what it needs."""

PYTHON, NODE = "python3.11", "nodejs20.x"
LAYERED = (Variant.ALERT, Variant.BLOCK)


def layer(stage: Stage) -> Path:
    """The directory of the layer's zip files, built once a run."""
    made = stage.work / "layers"
    if not made.exists():
        command = (sys.executable, "-c", "from outrider.cli.main import main; main()", "layer", "build")
        done = subprocess.run(
            (*command, "-o", str(made)), cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise TrialFailed(f"the layer was not built: {done.stderr.strip()}")
    return made


def package(stage: Stage, name: str) -> Path:
    """A function's package: its handler, and what it imports. Raises EnvironmentFault: not installed."""
    made = stage.work / "functions" / name
    if not made.exists():
        shutil.copytree(HANDLERS / name, made)
        for module in POWERTOOLS if name in WITH_POWERTOOLS else ():
            _add(module, made)
    return made


def _add(module: str, to: Path) -> None:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise EnvironmentFault(f"{module} is not installed", hint="make build installs it.")
    source = Path(found.origin)
    if source.name == "__init__.py":
        shutil.copytree(source.parent, to / module, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, to)


@contextmanager
def running(stage: Stage, variant: Variant, name: str, runtime: str) -> Iterator[LocalFunction]:
    """A function, cold; with the layer when the variant is one of `LAYERED`."""
    layers: tuple[Path, ...] = ()
    environment: dict[str, str] = {}
    if variant in LAYERED:
        layers = (layer(stage) / f"outrider-layer-{platform.machine()}.zip",)
        environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/outrider/bin/wrap", "OUTRIDER_MODE": variant.value}
    with LocalFunction(
        package(stage, name),
        handler="app.handler",
        runtime=runtime,
        layers=layers,
        environment=environment,
        timeout=30.0,
        memory=512,
        name=f"bench-{name}",
    ) as function:
        yield function
