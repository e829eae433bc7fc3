"""Packages as they are deployed: what a handler imports, for Lambda's processor, the same each time."""

import hashlib
from pathlib import Path

import pytest

from cdk_app.bundling import DATA, MODULES, Full
from outrider import limits

pytestmark = pytest.mark.whole


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", MODULES)
def test_a_package_has_what_its_handler_imports(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        Full().function(name, folder)
    files = tree(one)
    assert files == tree(other)
    assert MODULES[name].replace(".", "/") + ".py" in files
    assert "boto3/__init__.py" in files
    compiled = "boto3/__pycache__/__init__.cpython-312.pyc" in files
    assert compiled != ("starts slowly" in capsys.readouterr().err), "without a Python 3.12 that is said"
    assert not any(path.startswith(("types_boto3", "aws_cdk", "outrider/cli", "moto")) for path in files)
    assert all("aarch64" in path for path in files if path.endswith(".so") and "linux" in path)
    assert all((one / folder).is_dir() for folder in DATA.get(name, ()))
    assert sum(path.stat().st_size for path in one.rglob("*")) < limits.FUNCTION_PACKAGE


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_a_layer_is_the_one_that_outrider_builds(architecture: str, tmp_path: Path) -> None:
    Full().layer(architecture, tmp_path)
    assert {"extensions/outrider", "outrider/bin/wrap", "outrider/lib/guard.so"} <= tree(tmp_path).keys()
    assert (tmp_path / "outrider/bin/wrap").stat().st_mode & 0o111
