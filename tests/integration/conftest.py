"""What the tests with real tasks share: a runner with one storage, an image, and a look at what is left."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tasks import ImageMaker, Runner

from outrider.cli.engine.podman_setup import Setup


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> ImageMaker:
    return ImageMaker(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def app(images: ImageMaker) -> str:
    """The option that gives every container busybox."""
    return f"--image=app={images.make('app')}"


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Runs tasks; afterwards nothing of them may be left."""
    found = Runner(tmp_path_factory.mktemp("runs"))
    yield found
    assert traces(found) == ([], [])
    shutil.rmtree(found.storage, ignore_errors=True)
    for driver in ("overlay", "vfs"):
        shutil.rmtree(Setup(found.where, found.storage, driver).volatile, ignore_errors=True)


def traces(runner: Runner) -> tuple[list[str], list[str]]:
    """What runs can leave on a machine: mounts below their storage, and processes that watch containers."""
    here = str(runner.where)
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if here in line]
    return mounts, [pid for pid in _processes("conmon") if here in _command(pid)]


def _processes(name: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == name:
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
