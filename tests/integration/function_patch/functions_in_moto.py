"""An account in moto, with functions to patch. moto knows no revisions and states: see test_conflicts.py."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from outrider.cli.functions import patch, unpatch

REGION = "eu-west-1"
SECRET = "hunter2-never-shown"  # noqa: S105 - of nobody


def package(text: str = "def handler(event, context): return 1\n") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("app.py", text)
    return made.getvalue()


class Account:
    """Functions, and the commands run on them."""

    def __init__(self) -> None:
        self.client = boto3.client("lambda", region_name=REGION)
        self.ssm = boto3.client("ssm", region_name=REGION)
        iam = boto3.client("iam", region_name=REGION)
        self._role = iam.create_role(RoleName="f", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        self.layer = self.publish("outrider-x86_64")

    def publish(self, name: str) -> str:
        answer = self.client.publish_layer_version(
            LayerName=name, Content={"ZipFile": package(name)}, CompatibleArchitectures=["x86_64"]
        )
        return str(answer["LayerVersionArn"])

    def function(self, name: str, **said: Any) -> str:
        request: dict[str, Any] = {
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Code": {"ZipFile": package()},
            "Environment": {"Variables": {"PASSWORD": SECRET, "B": "2", "A": ""}},
            **said,
        }
        if request.get("PackageType") == "Image":
            del request["Runtime"], request["Handler"], request["Code"]
            request["Code"] = {
                "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x@sha256:" + "0" * 64
            }
        self.client.create_function(FunctionName=name, Role=self._role, **request)
        return name

    def state(self, name: str) -> dict[str, Any]:
        """What a patch may change, as it is."""
        found: dict[str, Any] = dict(self.client.get_function_configuration(FunctionName=name))
        tags = self.client.list_tags(Resource=found["FunctionArn"]).get("Tags", {})
        return {
            "variables": found.get("Environment", {}).get("Variables", {}),
            "layers": [layer["Arn"] for layer in found.get("Layers", [])],
            "tags": tags,
        }

    def patch(self, *arguments: str) -> Result:
        return self.run(patch.command, "--layer-arn", self.layer, *arguments)

    def unpatch(self, *arguments: str) -> Result:
        return self.run(unpatch.command, *arguments)

    def run(self, command: Any, *arguments: str) -> Result:
        result = CliRunner().invoke(command, ["--region", REGION, *arguments], standalone_mode=False)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert SECRET not in result.output
        return result


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield Account()
