"""Targets without files: task definitions, a function's configuration, SBOMs; and the names of ECR."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from account import SETTINGS
from moto.server import ThreadedMotoServer

from outrider.cli.aws import ecr
from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import KEY, LANGUAGE_FLAW

TASK = {
    "family": "web",
    "containerDefinitions": [
        {
            "name": "app",
            "image": "web:1",
            "environment": [{"name": "AWS_KEY", "value": KEY}],
            "command": ["serve", f"--key={KEY}"],
        }
    ],
}
FUNCTION = {
    "FunctionName": "pay",
    "Runtime": "python3.8",
    "Environment": {"Variables": {"AWS_KEY": KEY}},
}


def report(outrider: Outrider, *arguments: object, status: int = 0) -> dict[str, Any]:
    result = outrider("scan", *arguments, "--json")
    assert result.status == status, result
    assert KEY not in result.out
    found: dict[str, Any] = json.loads(result.out)
    return found


@pytest.mark.parametrize("written", ["{}", "task:{}"])
def test_a_task_definition(written: str, outrider: Outrider, tmp_path: Path) -> None:
    (tmp_path / "task.json").write_text(json.dumps(TASK))
    found = report(outrider, written.format(tmp_path / "task.json"))
    assert found["scanned"] == ["secrets", "compliance"]
    assert {secret["path"] for secret in found["secrets"]} == {"app env:AWS_KEY", "app command:2"}
    assert any(check["answer"] == "fail" for check in found["checks"])
    assert found["counts"]["covered"] >= 2
    only = report(outrider, written.format(tmp_path / "task.json"), "--only", "compliance")
    assert not only["secrets"]
    assert only["checks"] == found["checks"]


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_functions_configuration(wrapped: bool, outrider: Outrider, tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(json.dumps({"Configuration": FUNCTION} if wrapped else FUNCTION))
    found = report(outrider, tmp_path / "f.json")
    assert found["scanned"] == ["secrets", "compliance"]
    assert [secret["path"] for secret in found["secrets"]] == ["env:AWS_KEY"]
    assert found["artifact"]["runtime"] == "python3.8"
    (rule,) = [check for check in found["checks"] if check["rule"] == "uses_a_supported_runtime"]
    assert rule["answer"] == "fail"


def test_variables_that_aws_did_not_disclose_are_told_as_not_looked_at(
    outrider: Outrider, tmp_path: Path
) -> None:
    hidden = {**FUNCTION, "Environment": {"Error": {"ErrorCode": "AccessDeniedException"}}}
    (tmp_path / "f.json").write_text(json.dumps(hidden))
    found = report(outrider, tmp_path / "f.json", status=3)
    assert found["partial"] is True
    assert {"environment variables"} == {
        one["subject"] for one in found["outcomes"] if one["outcome"] == "failed"
    }


def test_an_sbom_of_somebody_else(outrider: Outrider, tmp_path: Path, database: Path) -> None:
    component = {
        "type": "library",
        "name": "coach-door",
        "version": "1.4.1",
        "purl": "pkg:pypi/coach-door@1.4.1",
    }
    told = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [component]}
    (tmp_path / "bom.json").write_text(json.dumps(told))
    found = report(outrider, tmp_path / "bom.json", "--db", database)
    assert [one["id"] for one in found["vulnerabilities"]] == [LANGUAGE_FLAW]
    assert found["scanned"] == ["os", "language"]
    assert outrider("scan", tmp_path / "bom.json", "--only", "secrets").status == 2


class TestEcr:
    @pytest.fixture(autouse=True)
    def account(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in SETTINGS.items():
            monkeypatch.setenv(name, value)
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        yield
        server.stop()

    @pytest.mark.parametrize(
        ("where", "reference"),
        [
            ("team/app:1", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:1"),
            (
                "arn:aws:ecr:us-east-1:111122223333:repository/app:2",
                "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:2",
            ),
            (
                "arn:aws-cn:ecr:cn-north-1:111122223333:repository/app",
                "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/app",
            ),
        ],
    )
    def test_names_and_arns_are_references(self, where: str, reference: str) -> None:
        assert ecr.reference(where) == reference

    def test_the_account_gives_a_login(self) -> None:
        login = ecr.login("123456789012.dkr.ecr.eu-central-1.amazonaws.com")
        assert login.username == "AWS"
        assert login.password

    def test_a_name_that_is_none_is_wrong_usage(self, outrider: Outrider) -> None:
        assert outrider("scan", "ecr:Team/App:1:2").status == 2
