"""The command line in a place of its own: nothing is read from, or left in, the user's cache."""

from pathlib import Path

import pytest

from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import FEEDS


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Outrider:
    for name in ("OUTRIDER_DB", "OUTRIDER_DB_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OUTRIDER_CACHE", str(tmp_path / "cache" / "scan"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795780800")  # 2026-11-27
    return Outrider(capsys, monkeypatch)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Advisories of our own making."""
    from outrider.cli.main import main  # noqa: PLC0415 - once, when it is asked for

    where = tmp_path_factory.mktemp("database")
    sources = [str(FEEDS / name) for name in ("osv", "debian-tracker", "kev/kev.csv")]
    with pytest.raises(SystemExit):
        main(["db", "build", *sources, "--built", "2026-11-27T00:00:00Z", "-o", str(where)])
    return where
