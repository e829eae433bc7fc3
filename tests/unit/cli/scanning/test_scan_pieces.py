"""Small parts of the command line: progress, what models say, assets, where the scan's day comes from."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from outrider.cli import assets
from outrider.cli.scanning import using
from outrider.cli.scanning.progress import Progress
from outrider.errors import EnvironmentFault
from outrider.model.artifact import Contents, Executable, Kind


def test_progress_is_silent_without_a_terminal_and_cannot_be_marked_up_on_one() -> None:
    for terminal in (False, True):
        into = io.StringIO()
        with Progress(Console(file=into, force_terminal=terminal)) as progress:
            progress.say("[bold red]layer[/] \\[x] 1 of 2: [/nonsense]")
        assert bool(into.getvalue()) is terminal


def test_an_asset_that_is_missing_is_the_installations_fault() -> None:
    assert assets.asset("templates/compliance").is_dir()
    assert [path.suffix for path in assets.assets("templates/compliance", ".yaml")]
    with pytest.raises(EnvironmentFault, match="missing from this installation"):
        assets.asset("templates/none")


def executable(path: str, owner: str) -> Executable:
    return Executable(path=path, sha256="0" * 64, size=1, mode=0o755, owner=owner)


def test_models_name_programs_by_path_and_by_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = frozenset({"/usr/bin/door", "/opt/app/*/run"})
    monkeypatch.setattr(using, "_patterns", lambda models: seen)
    contents = Contents(
        kind=Kind.IMAGE,
        name="web",
        executables=(
            executable("/usr/bin/door", "door"),
            executable("/opt/app/7/run", "app"),
            executable("/usr/bin/other", "other"),
        ),
    )
    used = using.used(contents, [])
    assert used.paths == {"/usr/bin/door", "/opt/app/7/run"}
    assert used.owners == {"door", "app"}
    assert not used.watched


def test_without_models_nothing_is_said(tmp_path: Path) -> None:
    assert using.models(()) == []
    assert not using.used(Contents(kind=Kind.IMAGE, name="web"), []).watched
