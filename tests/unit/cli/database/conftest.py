"""The command line, for tests of `outrider db`."""

import pytest

from tests.unit.cli.commands import Outrider


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outrider:
    for name in ("OUTRIDER_DB", "OUTRIDER_DB_KEY", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    return Outrider(capsys, monkeypatch)
