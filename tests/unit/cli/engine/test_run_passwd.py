from pathlib import Path

import pytest

from outrider.cli.engine.passwd import User, find
from outrider.errors import EnvironmentFault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nbroken\napp:x:1000:1001::/srv:/bin/sh\n")
    (tmp_path / "etc/group").write_text("root:x:0:\napp:x:1001:\nextra:x:2000:a,app\nbad:x:no:app\n")
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "user"),
    [
        ("", User(0, 0, (0,), "/root")),
        ("app", User(1000, 1001, (1001, 2000), "/srv")),
        ("1000", User(1000, 1001, (1001, 2000), "/srv")),
        ("app:extra", User(1000, 2000, (2000,), "/srv")),
        ("7:8", User(7, 8, (8,), "/")),
    ],
)
def test_users_are_found_as_the_image_knows_them(root: Path, wanted: str, user: User) -> None:
    assert find(root, wanted) == user


@pytest.mark.parametrize("wanted", ["nobody", "app:nogroup"])
def test_a_name_nobody_has_is_an_error(root: Path, wanted: str) -> None:
    with pytest.raises(EnvironmentFault, match="unable to find"):
        find(root, wanted)


def test_an_image_without_the_files_knows_numbers_only(tmp_path: Path) -> None:
    assert find(tmp_path, "5") == User(5, 0, (0,), "/")


def test_links_to_this_machine_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").symlink_to("/etc/passwd")
    with pytest.raises(EnvironmentFault):
        find(tmp_path, "root")
