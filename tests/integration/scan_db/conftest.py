"""The real feeds, where they lie, and one database of all of them for all tests here."""

from pathlib import Path

import pytest

from outrider.cli.database.building import Built, build
from outrider.cli.database.sources import FileFeed


@pytest.fixture(scope="session")
def all_feeds(feeds: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    """Folder and report of a database of every real feed."""
    directory = tmp_path_factory.mktemp("real")
    files = [FileFeed(path) for path in sorted(feeds.glob("*.zip"))]
    return directory, build(files, directory, built="2026-11-27T00:00:00Z")
