"""What the sidecar's tests share: short directories (a socket's path has 107 bytes), settings, an agent."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sidecar_process import AgentProcess

from sidecar.settings import Settings, from_environment

CHECKER = """#!/bin/sh
# stands in for outrider-run: `--version`, and a `check` that refuses what contains REFUSE-ME
[ "$1" = --version ] && echo "outrider-run fake" && exit 0
[ "$1" = check ] && grep -q REFUSE-ME "$2" && echo "outrider-run: not a policy I take" >&2 && exit 1
exit 0
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory with a short name."""
    path = Path(tempfile.mkdtemp(prefix="or-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """Settings for an agent that lives in `place`."""
    return {
        "OUTRIDER_CONTAINERS": "web,worker",
        "OUTRIDER_DIR": str(place / "task"),
        "OUTRIDER_STATE_DIR": str(place / "state"),
        "OUTRIDER_POLL_SECONDS": "1",
        "OUTRIDER_DRAIN_SECONDS": "1",
        "OUTRIDER_FAMILY": "shop",
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


@pytest.fixture
def volume(settings: Settings) -> Settings:
    """Settings whose task volume is installed, with a stand-in for the supervisor."""
    for path in (settings.binary, settings.socket, settings.blob("web")):
        path.parent.mkdir(parents=True)
    settings.binary.write_text(CHECKER)
    settings.binary.chmod(0o755)
    return settings


@pytest.fixture
def native(place: Path) -> Path:
    """What the image holds: a stand-in for the supervisor of each architecture."""
    for arch in ("x86_64", "aarch64"):
        path = place / "native" / arch / "outrider-run"
        path.parent.mkdir(parents=True)
        path.write_text(CHECKER)
        path.chmod(0o755)
        path.with_name("guard.so").write_text(f"the guard of {arch}")
    return place / "native"


@pytest.fixture
def agent(environment: dict[str, str], volume: Settings, place: Path) -> Iterator[AgentProcess]:
    """An agent, not started."""
    process = AgentProcess(environment, place / "stdout")
    yield process
    process.close()
