"""Python: what pip and uv say is there against what is found."""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from inventory_tree import packages, versions

UV = Path(sys.executable).with_name("uv")
PROJECT = """
[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["requests[socks]==2.31.0", "Flask==2.0.1"]
[project.optional-dependencies]
fast = ["MarkupSafe"]
[dependency-groups]
dev = ["pytest==8.0.0"]
"""


def output(*command: str, cwd: Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some real packages, old enough to have known vulnerabilities, as a function's folder has them."""
    folder = tmp_path_factory.mktemp("package") / "python"
    pins = ("requests==2.25.1", "Flask==2.0.1", "PyYAML==6.0.1", "zope.interface==6.1")
    output(sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", str(folder), *pins)
    return folder


def test_pip_install_target(target: Path) -> None:
    listed = json.loads(
        output(sys.executable, "-m", "pip", "list", "--path", str(target), "--format", "json")
    )
    expected = {(normal(item["name"]), item["version"]) for item in listed}
    assert len(expected) > 8
    top = (package for package in packages(target) if package.type == "pypi" and package.path.count("/") == 2)
    assert versions(top) == expected


def test_dependencies_and_licences_are_those_of_the_metadata(target: Path) -> None:
    found = {package.name: package for package in packages(target, "python_dist_info")}
    assert found["requests"].licence == "Apache Software License"
    assert found["requests"].dependencies == ("certifi", "chardet", "idna", "urllib3")
    assert found["flask"].dependencies == ("click", "itsdangerous", "jinja2", "werkzeug")
    assert found["zope-interface"].dependencies == ("setuptools",)


def test_this_environment() -> None:
    """Everything importlib.metadata sees in the folders of this interpreter."""
    folders = sorted({Path(str(each.locate_file(""))) for each in metadata.distributions() if each.files})
    for folder in (folder for folder in folders if folder.name in {"site-packages", "dist-packages"}):
        expected = {(normal(each.name), each.version) for each in metadata.distributions(path=[str(folder)])}
        found = packages(folder, "python_dist_info", "python_egg_info")
        assert versions(package for package in found if package.path.count("/") == 2) == expected


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").write_text(PROJECT)
    output(str(UV), "lock", "--quiet", "--no-config", cwd=folder)
    return folder


def exported(project: Path, *options: str) -> set[tuple[str, str]]:
    """What uv itself makes of its lock file."""
    command = (
        str(UV),
        "export",
        "--quiet",
        "--no-config",
        "--frozen",
        "--no-hashes",
        "--no-emit-project",
        *options,
    )
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", output(*command, cwd=project), re.MULTILINE)
    return {(normal(name), version) for name, version in pins}


def test_uv_lock(project: Path) -> None:
    found = list(packages(project, "uv_lock"))
    assert versions(iter(found)) == exported(project, "--all-extras", "--all-groups")
    needed = (package for package in found if not package.development)
    assert versions(needed) == exported(project, "--all-extras", "--no-dev")


def test_requirements_and_pylock_that_uv_writes(project: Path, tmp_path: Path) -> None:
    everything = ("--quiet", "--no-config", "--frozen", "--no-emit-project", "--all-extras", "--all-groups")
    for name, form in (("requirements.txt", "requirements-txt"), ("pylock.toml", "pylock.toml")):
        output(str(UV), "export", *everything, "--format", form, "-o", str(tmp_path / name), cwd=project)
    expected = exported(project, "--all-extras", "--all-groups")
    assert versions(packages(tmp_path, "python_requirements")) == expected
    assert versions(packages(tmp_path, "pylock")) == expected
