"""The shell of each recipe of templates/ci/, taken out of its file as its CI system would."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RECIPES = Path(__file__).parents[3] / "templates" / "ci"


@dataclass(frozen=True)
class Recipe:
    """What a CI system runs, and how."""

    variables: dict[str, str]
    scripts: tuple[str, ...]
    """Run one after the other; the first that fails ends the job."""
    shell: tuple[str, ...]


def github_actions() -> Recipe:
    """Every step is a shell of its own (bash -e {0}, as the runner starts it)."""
    job = _yaml("github-actions.yml")["jobs"]["scan"]
    variables = {name: value for name, value in job["env"].items() if "${{" not in value}
    scripts = tuple(step["run"] for step in job["steps"] if "run" in step)
    return Recipe(variables, scripts, ("bash", "-e"))


def gitlab() -> Recipe:
    """before_script and script are one shell, in which every line must succeed."""
    job = _yaml("gitlab-ci.yml")["outrider"]
    variables = {name: value for name, value in job["variables"].items() if "$" not in value}
    script = "\n".join((*job["before_script"], *job["script"]))
    return Recipe(variables, (script,), ("bash", "-eo", "pipefail"))


def codebuild() -> Recipe:
    """Commands of all phases share one shell (version 0.2); each must succeed."""
    document = _yaml("buildspec.yml")
    phases = ("install", "pre_build", "build", "post_build")
    commands = [command for phase in phases for command in document["phases"].get(phase, {})["commands"]]
    shell = document["env"]["shell"]
    return Recipe(document["env"]["variables"], ("\n".join(commands),), (shell, "-e"))


def jenkins() -> Recipe:
    """Every sh step is a shell of its own: /bin/sh -xe."""
    text = (RECIPES / "Jenkinsfile").read_text()
    block = re.search(r"environment \{(.*?)\n  \}", text, re.DOTALL)
    assert block
    variables = dict(re.findall(r"^\s*(\w+) = ['\"](.*)['\"]$", block[1], re.MULTILINE))
    scripts = tuple(found.replace("\\\\", "\\") for found in re.findall(r"sh '''(.*?)'''", text, re.DOTALL))
    return Recipe(variables, scripts, ("/bin/sh", "-xe"))


ALL: dict[str, Callable[[], Recipe]] = {
    "github-actions.yml": github_actions,
    "gitlab-ci.yml": gitlab,
    "Jenkinsfile": jenkins,
    "buildspec.yml": codebuild,
}


def hooks() -> Iterator[dict[str, Any]]:
    """pre-commit's hooks."""
    yield from _yaml("pre-commit-hooks.yaml")


def _yaml(name: str) -> Any:
    return yaml.safe_load((RECIPES / name).read_text())
