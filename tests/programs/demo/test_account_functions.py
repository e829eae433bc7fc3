"""The door before moto's Lambda, through boto3: downloads, revisions, limits; all else is moto's."""

import base64
import hashlib
import io
import zipfile
from typing import Any

import boto3
import pytest
import requests
from account_fixtures import account, registry_host, served_account
from botocore.config import Config
from botocore.exceptions import ClientError

from demo.account.cloud import Cloud

__all__ = ["account", "registry_host", "served_account"]


def package(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return made.getvalue()


@pytest.fixture
def client(account: Cloud) -> Any:
    return account.client("lambda")


@pytest.fixture
def pay(account: Cloud, client: Any) -> dict[str, Any]:
    role = account.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    made: dict[str, Any] = client.create_function(
        FunctionName="pay",
        Role=role,
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": package("1")},
        Environment={"Variables": {"A": "1"}},
    )
    return made


def test_code_downloads_as_it_was_uploaded(client: Any, pay: dict[str, Any]) -> None:
    code = client.get_function(FunctionName="pay")["Code"]
    data = requests.get(code["Location"], timeout=10).content
    assert data == package("1")
    assert base64.b64encode(hashlib.sha256(data).digest()).decode() == pay["CodeSha256"]
    signed_twice = requests.get(code["Location"], headers={"Authorization": "x"}, timeout=10)
    assert signed_twice.status_code == 400
    client.update_function_code(FunctionName="pay", ZipFile=package("2"))
    again = client.get_function(FunctionName=pay["FunctionArn"])["Code"]
    assert requests.get(again["Location"], timeout=10).content == package("2")


def test_a_layer_downloads_and_is_found_by_its_arn(client: Any) -> None:
    made = client.publish_layer_version(LayerName="shared", Content={"ZipFile": package("layer")})
    found = client.get_layer_version_by_arn(Arn=made["LayerVersionArn"])
    assert found["LayerVersionArn"] == made["LayerVersionArn"]
    assert requests.get(found["Content"]["Location"], timeout=10).content == package("layer")


def test_a_change_under_an_old_revision_is_refused(client: Any, pay: dict[str, Any]) -> None:
    first = client.get_function_configuration(FunctionName="pay")["RevisionId"]
    assert (
        first == pay["RevisionId"] == client.get_function(FunctionName="pay")["Configuration"]["RevisionId"]
    )
    changed = client.update_function_configuration(FunctionName="pay", Timeout=9, RevisionId=first)
    assert changed["RevisionId"] != first
    for change in (
        lambda: client.update_function_configuration(FunctionName="pay", Timeout=10, RevisionId=first),
        lambda: client.update_function_code(FunctionName="pay", ZipFile=package("2"), RevisionId=first),
    ):
        with pytest.raises(client.exceptions.PreconditionFailedException):
            change()
    now = client.get_function_configuration(FunctionName="pay")
    assert (now["Timeout"], now["RevisionId"]) == (9, changed["RevisionId"])


def test_tags_are_no_change_of_the_function(client: Any, pay: dict[str, Any]) -> None:
    client.tag_resource(Resource=pay["FunctionArn"], Tags={"outrider": "protect"})
    assert client.get_function_configuration(FunctionName="pay")["RevisionId"] == pay["RevisionId"]
    assert client.list_tags(Resource=pay["FunctionArn"])["Tags"] == {"outrider": "protect"}


def test_an_alias_has_revisions_of_its_own(client: Any, pay: dict[str, Any]) -> None:
    version = client.publish_version(FunctionName="pay")["Version"]
    made = client.create_alias(FunctionName="pay", Name="live", FunctionVersion=version)
    (listed,) = client.list_aliases(FunctionName="pay")["Aliases"]
    assert listed["RevisionId"] == made["RevisionId"]
    client.update_alias(FunctionName="pay", Name="live", Description="x", RevisionId=made["RevisionId"])
    with pytest.raises(client.exceptions.PreconditionFailedException):
        client.update_alias(FunctionName="pay", Name="live", Description="y", RevisionId=made["RevisionId"])


def test_limits_that_moto_does_not_know(client: Any, pay: dict[str, Any]) -> None:
    arn = client.publish_layer_version(LayerName="l", Content={"ZipFile": package("l")})["LayerVersionArn"]
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="5 layers"):
        client.update_function_configuration(FunctionName="pay", Layers=[arn] * 6)
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="4KB"):
        client.update_function_configuration(FunctionName="pay", Environment={"Variables": {"A": "x" * 5000}})
    assert client.get_function_configuration(FunctionName="pay")["Environment"]["Variables"] == {"A": "1"}


def test_what_moto_lacks_is_answered_plainly(client: Any, pay: dict[str, Any]) -> None:
    assert "CodeSigningConfigArn" not in client.get_function_code_signing_config(FunctionName="pay")
    listed = client.list_provisioned_concurrency_configs(FunctionName="pay")
    assert listed["ProvisionedConcurrencyConfigs"] == []
    assert [one["FunctionName"] for one in client.list_functions()["Functions"]] == ["pay"]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName="none")


def test_what_it_does_not_do_is_never_ignored(account: Cloud, client: Any, pay: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        client.update_function_code(FunctionName="pay", S3Bucket="bucket", S3Key="k")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    other = boto3.client("s3", endpoint_url=account.functions.url, config=NO_RETRIES)
    with pytest.raises(ClientError):
        other.list_buckets()
    assert len(account.functions.unknown) == 2
    account.functions.unknown.clear()


NO_RETRIES = Config(retries={"max_attempts": 0})
