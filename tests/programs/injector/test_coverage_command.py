"""`outrider coverage` over an account in moto's server that the injector has been at."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from injector_account import PROTECT, REGION, SIDECAR, Account, service_event, task_definition
from test_injector_functions import changed

from outrider.cli import coverage
from outrider.errors import ExitStatus
from outrider.inject import function_names as names
from outrider.inject.document import register_form
from outrider.inject.settings import Settings
from outrider.inject.task_definition import inject

pytestmark = pytest.mark.whole

Run = Callable[..., tuple[int, str]]
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": f"sha256:{'a' * 64}",
            "size": 9,
        },
        "layers": [],
    }
)


@pytest.fixture
def run(account: Account, injector_moto: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("OUTRIDER_SIDECAR_IMAGE", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", injector_moto)

    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(coverage.command, ["--region", REGION, *arguments], standalone_mode=False)
        if result.exception:
            raise result.exception
        return int(result.return_value), result.stdout

    return call


def subjects(run: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    _, said = run("--json", *arguments)
    return {one["name"]: one for one in json.loads(said)["subjects"]}


def test_each_state_is_told_with_its_reason_and_what_mends_it(account: Account, run: Run) -> None:
    definition = account.register(task_definition())
    done, back = account.service("done", definition), account.service("back", definition)
    account.service("asks-nothing", definition, tags=[])
    account.service("no", definition, tags=[{"key": "outrider", "value": "skip"}])
    account.service("ec2", account.register({**task_definition("ec2"), "requiresCompatibilities": ["EC2"]}))
    for name in ("checkout", "gone"):
        account.function(name, Tags={"outrider": "protect"})
    account.function("image", Runtime="provided.al2023")
    account.batch(*map(service_event, (done, back)), changed("checkout"), changed("gone"))
    account.clients["ecs"].update_service(cluster="prod", service=back, taskDefinition=definition)
    variables = account.configuration("gone")["variables"]
    del variables[names.WRAPPER]
    account.clients["lambda"].update_function_configuration(
        FunctionName="gone", Environment={"Variables": variables}
    )
    found = subjects(run, "--outcomes", "outcomes", "--sidecar", SIDECAR)
    assert {name: one["state"] for name, one in found.items()} == {
        "prod/done": "protected",
        "prod/back": "drifted",
        "prod/asks-nothing": "not protected",
        "prod/no": "left out",
        "prod/ec2": "unsupported",
        "checkout": "protected",
        "gone": "drifted",
        "image": "unsupported",
    }
    assert found["prod/done"]["command"] == ""
    assert found["prod/asks-nothing"]["command"].startswith("aws ecs tag-resource")
    assert "set back since" in found["prod/back"]["why"]
    assert found["gone"]["command"].startswith("outrider function patch gone")
    assert all(one["why"] for one in found.values())


def test_an_older_sidecar_or_layer_is_old(account: Account, run: Run) -> None:
    service = account.service()
    account.function(Tags={"outrider": "protect"})
    account.batch(service_event(service), changed("checkout"))
    assert {one["state"] for one in subjects(run).values()} == {"protected"}
    newer = f"public.ecr.aws/outrider/sidecar@sha256:{'6' * 64}"
    account.clients["ssm"].put_parameter(Name="/outrider/sidecar-image", Value=newer, Type="String")
    account.clients["lambda"].publish_layer_version(
        LayerName="outrider-x86_64", Content={"ZipFile": b"PK\x05\x06" + bytes(18)}
    )
    found = subjects(run)
    assert {one["state"] for one in found.values()} == {"old"}
    assert newer in found["prod/web"]["why"]


def test_an_alias_that_runs_an_unprotected_version_is_not_covered_by_latest(
    account: Account, run: Run
) -> None:
    account.function(Tags={"outrider": "protect"})
    version = account.clients["lambda"].publish_version(FunctionName="checkout")["Version"]
    account.clients["lambda"].create_alias(FunctionName="checkout", Name="live", FunctionVersion=version)
    account.batch(changed("checkout"))
    found = subjects(run)["checkout"]
    assert found["state"] == "not protected"
    assert found["command"].endswith("--publish --alias live")


def test_totals_come_first_and_the_threshold_decides(account: Account, run: Run) -> None:
    service = account.service("a")
    account.service("b", account.runs(service), tags=[])
    account.batch(service_event(service))
    status, said = run("--threshold", "50")
    counted = "1 protected, 1 not protected, 0 drifted, 0 old, 0 unsupported, 0 left out, 0 unknown"
    assert (status, said.splitlines()[0]) == (ExitStatus.OK, f"50.0 % protected: {counted}")
    assert run("--threshold", "50.1")[0] == ExitStatus.POLICY
    assert run("--threshold", "100", "--only", "functions")[0] == ExitStatus.OK


def test_what_cannot_be_looked_at_is_unknown_and_no_pass(account: Account, run: Run) -> None:
    account.service("a")
    status, said = run("--cluster", "prod", "--cluster", "elsewhere", "--threshold", "0")
    assert status == ExitStatus.INCOMPLETE
    assert "elsewhere" in said
    assert "1 unknown" in said.splitlines()[0]


def test_no_table_of_outcomes_is_said(account: Account, run: Run) -> None:
    account.service("a", tags=PROTECT)
    status, said = run("--outcomes", "nothing")
    assert status == ExitStatus.INCOMPLETE
    assert "outcomes table nothing" in said


def test_nothing_hostile_reaches_the_terminal(account: Account, run: Run) -> None:
    account.service("a", tags=[{"key": "outrider", "value": "\x1b[31mprotect"}])
    assert "\x1b" not in run()[1]


def test_a_sidecar_named_by_its_tag_is_compared_by_digest(account: Account, run: Run) -> None:
    host, ecr = f"123456789012.dkr.ecr.{REGION}.amazonaws.com", account.clients["ecr"]
    ecr.create_repository(repositoryName="ours")
    for tag, digest in (("1", f"sha256:{'1' * 64}"), ("2", f"sha256:{'2' * 64}")):
        made = MANIFEST.replace("aaaa", tag * 4)
        ecr.put_image(repositoryName="ours", imageTag=tag, imageManifest=made, imageDigest=digest)
    given = account.definitions.read(account.register(task_definition()))
    settings = Settings(sidecar_image=f"{host}/ours@sha256:{'1' * 64}")
    patched = register_form(inject(given, {}, settings).document).document
    account.service(definition=account.register(patched))
    for tag, state in (("1", "protected"), ("2", "old"), ("3", "protected")):  # nothing is old for an unknown
        (found,) = subjects(run, "--only", "services", "--sidecar", f"{host}/ours:{tag}").values()
        assert found["state"] == state
