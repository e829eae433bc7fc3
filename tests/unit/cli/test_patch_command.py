"""`outrider patch` and `unpatch` as a script meets them: stdout, files, exit status."""

import json
from pathlib import Path
from typing import Any

import pytest

from outrider.cli.main import main

SIDECAR = "public.ecr.aws/outrider/sidecar@sha256:" + "5" * 64
LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-stream-prefix": "p"}}
CONFIG = {"architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/entry"], "Cmd": ["serve"]}}


def definition(*containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    listed = containers or (
        {"name": "web", "image": "x:1", "entryPoint": ["/app"], "logConfiguration": LOGS},
    )
    return {
        "family": "shop", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", "containerDefinitions": list(listed), **fields,
    }  # fmt: skip


class Shell:
    """Runs the command line in a directory of its own."""

    def __init__(self, where: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.where, self.capsys = where, capsys

    def write(self, name: str, value: Any) -> str:
        path = self.where / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    def read(self, name: str) -> Any:
        return json.loads((self.where / name).read_text())

    def path(self, name: str) -> str:
        return str(self.where / name)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("OUTRIDER_SIDECAR_IMAGE", SIDECAR)
    return Shell(tmp_path, capsys)


def test_the_definition_goes_to_stdout_and_the_report_to_stderr(shell: Shell) -> None:
    status, out, err = shell("patch", shell.write("t.json", definition()))
    assert status == 0
    assert json.loads(out)["containerDefinitions"][0]["entryPoint"][0] == "/outrider/bin/outrider-run"
    assert err.splitlines()[0] == "1 covered, 0 skipped, 0 failed"


def test_with_an_output_file_the_report_is_on_stdout(shell: Shell) -> None:
    status, out, err = shell("patch", shell.write("t.json", definition()), "-o", shell.path("out.json"))
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "1 covered, 0 skipped, 0 failed"
    assert len(shell.read("out.json")["containerDefinitions"]) == 3


def test_the_report_as_json_says_the_same(shell: Shell) -> None:
    two = definition(
        *definition()["containerDefinitions"], {"name": "side", "image": "y", "entryPoint": ["/y"]}
    )
    _, out, _ = shell(
        "patch", shell.write("t.json", two), "-o", shell.path("out.json"), "--json", "--skip", "side"
    )
    report = json.loads(out)
    assert (report["covered"], report["skipped"], report["failed"]) == (1, 1, 0)
    assert report["outcomes"][1] == {
        "outcome": "skipped",
        "subject": "container side",
        "reason": "asked for (--skip)",
    }


def test_a_container_that_fails_means_status_3_and_nothing_written(shell: Shell) -> None:
    broken = definition({"name": "web", "image": "<IMAGE1_NAME>"})
    status, out, err = shell("patch", shell.write("t.json", broken), "-o", shell.path("out.json"))
    assert status == 3
    assert out.splitlines()[0] == "0 covered, 0 skipped, 1 failed"
    assert "not an image reference" in out
    assert "nothing was written" in err
    assert not Path(shell.path("out.json")).exists()
    status, out, _ = shell("patch", shell.path("t.json"))
    assert (status, out) == (3, "")
    status, out, _ = shell("patch", shell.path("t.json"), "--diff")
    assert (status, out) == (3, "")


def test_an_image_config_from_a_file_needs_no_network(shell: Shell) -> None:
    bare = definition({"name": "web", "image": "registry.invalid/x:1"})
    config = shell.write("config.json", CONFIG)
    status, out, _ = shell("patch", shell.write("t.json", bare), "--image-config", f"web={config}")
    assert status == 0
    assert json.loads(out)["containerDefinitions"][0]["command"] == ["serve"]
    shell.write("config.json", {**CONFIG, "architecture": "arm64"})
    status, _, err = shell("patch", shell.path("t.json"), "--image-config", f"web={config}")
    assert status == 3
    assert "the image is for linux/arm64" in err


def test_check_says_by_its_status_whether_patching_would_change_anything(shell: Shell) -> None:
    given = shell.write("t.json", definition())
    assert shell("patch", given, "--check")[0] == 1
    shell("patch", given, "-o", given)
    status, out, err = shell("patch", given, "--check")
    assert status == 0
    assert out.startswith("1 covered")
    assert "patched, as these options would" in err
    assert shell("patch", given, "--check", "--mode", "block")[0] == 1
    assert shell("patch", given, "--check", "--sidecar", SIDECAR.replace("5", "6"))[0] == 1


def test_patching_in_place_again_changes_no_byte(shell: Shell) -> None:
    given = shell.write("t.json", definition())
    shell("patch", given, "-o", given)
    once = Path(given).read_bytes()
    shell("patch", given, "-o", given)
    assert Path(given).read_bytes() == once


def test_diff_is_on_stdout_alone_and_writes_only_when_told(shell: Shell) -> None:
    given = shell.write("t.json", definition())
    status, out, err = shell("patch", given, "--diff")
    assert status == 0
    assert out.startswith("--- a/t.json\n+++ b/t.json\n")
    assert err.startswith("1 covered")
    assert shell.read("t.json") == definition()
    shell("patch", given, "--diff", "-o", given)
    assert shell("patch", given, "--diff")[1] == ""


def test_options_reach_the_definition(shell: Shell) -> None:
    key = "A" * 43 + "="
    _, out, _ = shell(
        "patch", shell.write("t.json", definition()), "--mode", "block", "--on-failure", "security",
        "--policy", "s3://bucket/policy.yml", "--key", key,
    )  # fmt: skip
    containers = json.loads(out)["containerDefinitions"]
    assert containers[0]["entryPoint"][1:8] == [
        "--container",
        "web",
        "--on-failure",
        "security",
        "--key",
        key,
        "--",
    ]
    environment = {pair["name"]: pair["value"] for pair in containers[2]["environment"]}
    assert environment["OUTRIDER_MODE"] == "block"
    assert environment["OUTRIDER_ON_FAILURE"] == "security"
    assert environment["OUTRIDER_POLICY"] == "s3://bucket/policy.yml"
    assert containers[2]["image"] == SIDECAR


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--skip", "wbe"], "no container named wbe"),
        (["--image", "wbe=x"], "no container named wbe"),
        (["--image", "web"], "is not NAME=VALUE"),
        (["--image-config", "=x"], "is not NAME=VALUE"),
        (["--mode", "kill"], "'kill' is not one of"),
        (["--policy", "http://x"], "not a policy source"),
        (["--key", "x", "--policy", "ssm:/p"], "not an Ed25519 public key"),
        (["--check", "-o", "x"], "--check writes nothing"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_wrong(
    shell: Shell, arguments: list[str], words: str
) -> None:
    status, out, err = shell("patch", shell.write("t.json", definition()), *arguments)
    assert (status, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ("Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n", 2, "CloudFormation"),
        ({"Resources": {}}, 2, "CloudFormation"),
        ("family: shop\n", 2, "YAML"),
        ("{", 3, "not JSON"),
        (definition(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}), 1, "WINDOWS"),
        (definition(requiresCompatibilities=["EC2"]), 1, "--allow-ec2"),
        (definition({"name": "web", "entryPoint": ["/x"], "cpu": "1"}), 1, "ECS would not take"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_with_a_reason(shell: Shell, given: Any, status: int, words: str) -> None:
    for command in ("patch",) if status == 1 else ("patch", "unpatch"):
        ended, out, err = shell(command, shell.write("t.json", given))
        assert (ended, out) == (status, "")
        assert words in err


def test_a_missing_file_is_wrong_usage(shell: Shell) -> None:
    assert shell("patch", shell.path("gone.json"))[0] == 2
    assert shell("unpatch", shell.path("gone.json"))[0] == 2


def test_unpatch_gives_back_the_file(shell: Shell) -> None:
    given = shell.write("t.json", json.dumps(definition(), indent=2) + "\n")
    before = Path(given).read_bytes()
    shell("patch", given, "-o", given)
    status, out, _ = shell("unpatch", given, "--diff")
    assert status == 0
    assert out.startswith("--- a/t.json")
    status, out, _ = shell("unpatch", given, "-o", given)
    assert status == 0
    assert out.splitlines()[0] == "1 covered, 0 skipped, 0 failed"
    assert Path(given).read_bytes() == before


def test_unpatch_of_what_is_not_patched_writes_nothing(shell: Shell) -> None:
    status, out, err = shell("unpatch", shell.write("t.json", definition()), "-o", shell.path("out.json"))
    assert (status, out) == (3, "")
    assert "not patched by Outrider" in err
    assert not Path(shell.path("out.json")).exists()


def test_unpatch_reports_as_json_too(shell: Shell) -> None:
    given = shell.write("t.json", definition())
    shell("patch", given, "-o", given)
    _, out, _ = shell("unpatch", given, "-o", given, "--json")
    assert json.loads(out)["outcomes"] == [
        {"outcome": "covered", "subject": "container web", "detail": "restored"}
    ]


def test_an_unreachable_sidecar_registry_is_a_note_and_no_failure(shell: Shell) -> None:
    status, out, err = shell(
        "patch", shell.write("t.json", definition()), "--sidecar", "127.0.0.1:1/sidecar:dev",
        "--registry-http", "127.0.0.1:1",
    )  # fmt: skip
    assert status == 0
    assert json.loads(out)["containerDefinitions"][2]["image"] == "127.0.0.1:1/sidecar:dev"
    assert "the digest of the sidecar image is not known" in err


def test_fields_unknown_to_the_api_model_are_kept_and_named(shell: Shell) -> None:
    status, out, err = shell("patch", shell.write("t.json", definition(fieldOfTheFuture=[1])))
    assert status == 0
    assert json.loads(out)["fieldOfTheFuture"] == [1]
    assert "unknown to the API model here: fieldOfTheFuture" in err


def test_markup_in_names_is_printed_and_not_obeyed(shell: Shell) -> None:
    broken = definition({"name": "web", "image": "[red]x[/]"})
    _, _, err = shell("patch", shell.write("t.json", broken))
    assert "[red]x[/]" in err


@pytest.mark.parametrize("command", ["patch", "unpatch"])
def test_help_shows_examples(shell: Shell, command: str) -> None:
    status, out, _ = shell(command, "--help")
    assert status == 0
    assert f"outrider {command} " in out
