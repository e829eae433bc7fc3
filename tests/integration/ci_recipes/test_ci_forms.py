"""The form of each recipe: the schema of its CI system where one is published; pre-commit's hooks, run."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from recipes import RECIPES, hooks
from surroundings import OUTRIDER, SYSTEM

from demo.scan import image

pytestmark = pytest.mark.whole

TASK = {"family": "shop", "containerDefinitions": [{"name": "web", "image": "shop/web:1", "essential": True}]}
GATE = "version: 1\ncompliance:\n  aws-serverless: {minimum: 80}\n"


@pytest.mark.parametrize(
    ("schema", "name"),
    [("vendor.github-workflows", "github-actions.yml"), ("vendor.gitlab-ci", "gitlab-ci.yml")],
)
def test_the_published_schema_takes_it(schema: str, name: str) -> None:
    done = _check(schema, RECIPES / name)
    assert done.returncode == 0, done.stdout


def test_the_schema_can_refuse(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((RECIPES / "github-actions.yml").read_text().replace("runs-on", "run-on"))
    assert _check("vendor.github-workflows", wrong).returncode == 1


def test_buildspec_has_the_keys_that_codebuild_knows() -> None:
    # AWS publishes no schema: docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    document = yaml.safe_load((RECIPES / "buildspec.yml").read_text())
    assert document.keys() <= {
        "version",
        "run-as",
        "env",
        "proxy",
        "batch",
        "phases",
        "reports",
        "artifacts",
        "cache",
    }
    assert document["version"] == 0.2
    assert document["phases"].keys() <= {"install", "pre_build", "build", "post_build"}
    assert document["reports"]["outrider"]["file-format"] == "JUNITXML"


def test_jenkins_braces_and_quotes_close() -> None:
    text = (RECIPES / "Jenkinsfile").read_text()
    assert text.count("'''") % 2 == 0
    code = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*", "", text, flags=re.DOTALL)
    for opening, closing in ("{}", "()", "[]"):
        assert code.count(opening) == code.count(closing)
    assert "$" not in code


def test_hooks_have_what_pre_commit_asks_for() -> None:
    for hook in hooks():
        assert {"id", "name", "entry", "language"} <= hook.keys()


def test_a_credential_is_not_committed(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text("DEBUG = False\n")
    assert _hook("outrider-secrets", tmp_path).returncode == 0
    (tmp_path / "settings.py").write_text(f'STRIPE_KEY = "{image.credential()}"\n')
    done = _hook("outrider-secrets", tmp_path)
    assert done.returncode == 1, done.stderr
    assert image.credential() not in done.stdout


def test_every_task_definition_must_keep_the_rules(tmp_path: Path) -> None:
    (tmp_path / "outrider-gate.yaml").write_text(GATE)
    (tmp_path / "task-definition.a.json").write_text(
        json.dumps(TASK | {"networkMode": "awsvpc", "containerDefinitions": [_kept()]})
    )
    (tmp_path / "task-definition.b.json").write_text(json.dumps(TASK))
    kept = _hook("outrider-task-definition", tmp_path, "task-definition.a.json")
    assert kept.returncode == 0, kept.stdout
    files = ("task-definition.a.json", "task-definition.b.json")
    assert _hook("outrider-task-definition", tmp_path, *files).returncode == 1
    assert _hook("outrider-task-definition", tmp_path, *reversed(files)).returncode == 1


def _kept() -> dict[str, object]:
    return {
        "name": "web",
        "image": f"shop/web@sha256:{'0' * 64}",
        "essential": True,
        "user": "10001",
        "memory": 512,
        "logConfiguration": {"logDriver": "awslogs"},
        "readonlyRootFilesystem": True,
        "healthCheck": {"command": ["CMD", "true"]},
    }


def _check(schema: str, path: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("check-jsonschema")
    return subprocess.run(
        [program, "--builtin-schema", schema, path], capture_output=True, text=True, check=False
    )


def _hook(name: str, where: Path, *files: str) -> "subprocess.CompletedProcess[str]":
    """Run a hook as pre-commit does: entry and args as words, then the files."""
    hook = next(one for one in hooks() if one["id"] == name)
    given = files if hook.get("pass_filenames", True) else ()
    assert all(re.search(hook.get("files", ""), file) for file in given)
    words = [*shlex.split(hook["entry"]), *hook.get("args", ()), *given]
    bins = where.parent / f"{where.name}-bin"
    bins.mkdir(exist_ok=True)
    (bins / "outrider").write_text(OUTRIDER)
    (bins / "outrider").chmod(0o755)
    environment = {**os.environ, "PATH": f"{bins}:{SYSTEM}", "OUTRIDER_CACHE": str(bins / "cache")}
    return subprocess.run(words, cwd=where, env=environment, capture_output=True, text=True, check=False)
