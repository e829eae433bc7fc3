"""Node: what npm says is there against what is found in node_modules and in its three lock files."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inventory_tree import packages, versions

MANIFEST = {
    "name": "app",
    "version": "1.0.0",
    "private": True,
    "dependencies": {"express": "4.17.1", "old-lodash": "npm:lodash@4.17.20", "@hapi/hoek": "9.2.1"},
    "devDependencies": {"minimist": "1.2.5", "mkdirp": "0.5.5"},
}


def npm(folder: Path, *arguments: str) -> str:
    """npm without scripts, audit or anybody's configuration."""
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    command = ("npm", *arguments, *quiet, f"--cache={folder.parent / 'npm-cache'}")
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("node") / "app"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(MANIFEST))
    npm(folder, "install")
    return folder


def listed(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and version of each package of `npm ls --json --all --long`."""
    for item in tree.get("dependencies", {}).values():
        if "version" in item:
            yield item["name"], item["version"]
        yield from listed(item)


def truth(project: Path, *options: str) -> set[tuple[str, str]]:
    return set(listed(json.loads(npm(project, "ls", "--json", "--all", "--long", *options))))


def test_node_modules(project: Path) -> None:
    expected = truth(project)
    assert len(expected) > 40
    assert ("lodash", "4.17.20") in expected
    assert versions(packages(project, "node_package")) == expected


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_lock_files(project: Path, tmp_path: Path, version: str) -> None:
    (tmp_path / "package.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "package-lock.json").write_bytes((project / "package-lock.json").read_bytes())
    npm(tmp_path, "install", "--package-lock-only", f"--lockfile-version={version}")
    assert json.loads((tmp_path / "package-lock.json").read_text())["lockfileVersion"] == int(version)
    found = list(packages(tmp_path, "node_package_lock"))
    assert versions(iter(found)) == truth(project)
    needed = (package for package in found if not package.development)
    assert versions(needed) == truth(project, "--omit=dev")


def test_dependencies_are_those_of_the_manifest(project: Path) -> None:
    found = {package.name: package for package in packages(project, "node_package")}
    manifest = json.loads((project / "node_modules" / "express" / "package.json").read_text())
    assert found["express"].dependencies == tuple(sorted(manifest["dependencies"]))
    assert found["express"].licence == "MIT"
