from pathlib import Path

import pytest

from outrider.cli.engine.state import StateDirectory
from outrider.errors import UsageError


def test_a_volume_is_fresh_and_open_to_all_for_reading(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path / "state")
    volume = state.volume("data")
    assert volume.stat().st_mode & 0o777 == 0o755
    state.close(everything=False, volumes=True)
    assert not volume.exists()
    assert (tmp_path / "state/logs").is_dir()


def test_volumes_can_be_kept_until_the_next_run(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path)
    (state.volume("data") / "file").write_text("x")
    (state.path / "task.json").write_text("{}")
    state.close(everything=False, volumes=False)
    assert (tmp_path / "volumes/data/file").exists()
    again = StateDirectory(tmp_path)
    assert not (tmp_path / "volumes/data").exists()
    assert not (tmp_path / "task.json").exists()
    again.close(everything=True, volumes=True)
    assert not tmp_path.exists()


def test_a_directory_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "volumes").mkdir()
    (tmp_path / "volumes/mine").write_text("x")
    with pytest.raises(UsageError, match="not from an earlier run"):
        StateDirectory(tmp_path)
    assert (tmp_path / "volumes/mine").exists()


def test_two_runs_cannot_share_a_directory(tmp_path: Path) -> None:
    state = StateDirectory(tmp_path)
    with pytest.raises(UsageError, match="another run"):
        StateDirectory(tmp_path)
    state.close(everything=False, volumes=True)
    StateDirectory(tmp_path).close(everything=True, volumes=True)


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="not a directory"):
        StateDirectory(tmp_path / "file")
