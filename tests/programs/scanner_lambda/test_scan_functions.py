"""Functions: code and layers together, variables, exposure. moto has neither packages to download nor URLs'
absence told as AWS does, so Lambda's answers come from a stub of the client."""

import base64
import hashlib
import json
from typing import Any

import botocore.exceptions
import pytest

from scanner_lambda import program
from scanner_lambda.aws.functions import Functions
from tests.programs.scanner_lambda.conftest import ACCOUNT, REGION, World
from tests.unit.cli.scanning.artifacts import FUNCTION, KEY, zipped

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop"
LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:door:1"
JOB = {
    "outrider_job": 1,
    "kind": "function",
    "account": ACCOUNT,
    "region": REGION,
    "function": ARN,
    "reason": "update",
}


class Meta:
    endpoint_url = "http://127.0.0.1"


class Lambda:
    """GetFunction and its kin for one function."""

    meta = Meta()

    def __init__(self, world: World, code: bytes, layer: bytes) -> None:
        self.world, self.configuration = world, dict[str, Any]()
        self.code, self.layer = self._kept(code), self._kept(layer)
        self.configuration = {
            "FunctionName": "shop",
            "FunctionArn": ARN,
            "Runtime": "python3.8",
            "State": "Inactive",
            "VpcConfig": {"VpcId": "vpc-1"},
            "KMSKeyArn": "arn:aws:kms:::key/1",
            "CodeSize": len(code),
            "CodeSha256": self.code[1],
            "Layers": [{"Arn": LAYER}],
            "Environment": {"Variables": {"TOKEN": KEY}},
        }
        self.policy = {
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}]
        }

    def _kept(self, data: bytes) -> tuple[str, str]:
        sha256 = hashlib.sha256(data).digest()
        self.world.ecr.blobs[sha256.hex()] = data
        return f"{self.world.ecr.url}/blobs/{sha256.hex()}", base64.b64encode(sha256).decode()

    def get_function(self, FunctionName: str) -> Any:
        return {"Configuration": self.configuration, "Code": {"Location": self.code[0]}}

    def get_layer_version_by_arn(self, Arn: str) -> Any:
        return {"Content": {"Location": self.layer[0], "CodeSha256": self.layer[1], "CodeSize": 0}}

    def get_policy(self, FunctionName: str) -> Any:
        return {"Policy": json.dumps(self.policy)}

    def get_function_url_config(self, FunctionName: str) -> Any:
        return {"FunctionUrl": "https://x.lambda-url", "AuthType": "NONE", "FunctionArn": ARN}

    def get_function_concurrency(self, FunctionName: str) -> Any:
        return {}

    def get_function_code_signing_config(self, FunctionName: str) -> Any:
        error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise botocore.exceptions.ClientError(error, "GetFunctionCodeSigningConfig")  # type: ignore[arg-type]


@pytest.fixture
def there(world: World, monkeypatch: pytest.MonkeyPatch) -> Lambda:
    made = Lambda(
        world, zipped({"handler.py": b"pass\n"}), zipped({f"python/{n}": b for n, b in FUNCTION.items()})
    )
    monkeypatch.setattr(program, "Functions", lambda client: Functions(made))  # type: ignore[arg-type]
    return made


def findings(told: list[dict[str, Any]], family: str) -> set[str]:
    return {
        one["detail"].get("rule", "")
        for one in told
        if one["topic"] == "finding"
        and one["detail"]["family"] == family
        and one["detail"]["change"] == "new"
    }


def test_code_layers_variables_and_exposure_are_looked_at(world: World, there: Lambda) -> None:
    assert world.handle(json.dumps(JOB)) == []
    told = world.told()
    assert {"uses_a_supported_runtime", "asks_callers_of_its_url_who_they_are"} <= findings(told, "check")
    assert "is_not_open_to_everybody" in findings(told, "check")
    assert findings(told, "secret")
    assert KEY not in json.dumps(told)
    assert world.index.put_ == [(f"function:{ARN}", 1)]
    summary = next(one for one in told if one["topic"] == "scan")
    assert summary["subject"] == {
        "kind": "function", "id": ARN, "name": "shop", "digest": summary["subject"]["digest"],
    }  # fmt: skip
    assert "code signing" in {one["subject"] for one in summary["detail"]["failed"]}


def test_no_value_of_a_variable_is_kept_anywhere(world: World, there: Lambda) -> None:
    world.handle(json.dumps(JOB))
    for item in world.clients.s3.list_objects_v2(Bucket="state")["Contents"]:
        if not item["Key"].startswith("db/"):
            assert KEY.encode() not in (world.program.store.get(item["Key"], 1 << 20) or b"")


def test_a_function_whose_settings_change_is_another_and_its_code_is_known(
    world: World, there: Lambda
) -> None:
    world.handle(json.dumps(JOB))
    world.told()
    world.ecr.calls.clear()
    there.configuration |= {"Runtime": "python3.13", "Environment": {}}
    assert world.handle(json.dumps(JOB)) == []
    gone = {one["detail"].get("rule") for one in world.told() if one["detail"].get("change") == "gone"}
    assert "uses_a_supported_runtime" in gone
    assert world.ecr.calls == []


def test_a_package_that_is_not_what_aws_says_is_failed(world: World, there: Lambda) -> None:
    world.ecr.blobs[there.code[0].rpartition("/")[2]] = zipped({"other.py": b"pass\n"})
    assert world.handle(json.dumps(JOB)) == []
    summary = next(one for one in world.told() if one["topic"] == "scan")
    assert any(one["subject"] == "code" for one in summary["detail"]["failed"])


def test_variables_that_aws_does_not_disclose_are_said(world: World, there: Lambda) -> None:
    there.configuration["Environment"] = {
        "Error": {"ErrorCode": "AccessDeniedException", "Message": "no key"}
    }
    assert world.handle(json.dumps(JOB)) == []
    summary = next(one for one in world.told() if one["topic"] == "scan")
    assert "environment variables" in {one["subject"] for one in summary["detail"]["failed"]}
