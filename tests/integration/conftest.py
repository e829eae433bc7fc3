"""What the tests with real tasks share: a runner with one storage, an image, and a look at what is left."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tasks import ImageMaker, Runner
from traces import traces
from whole_feeds import FEEDS

from outrider.cli.engine.podman_setup import Setup


@pytest.fixture(scope="session")
def feeds() -> Path:
    """Folder of whole advisory feeds, which do not come with the project. In CI a skip fails the run."""
    if not FEEDS.is_dir():
        pytest.skip(f"no whole advisory feeds in {FEEDS}")
    return FEEDS


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
