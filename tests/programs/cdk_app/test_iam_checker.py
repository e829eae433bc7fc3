"""The checker lets through what is granted, refuses the rest, and knows what nobody used."""

import io
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.programs.cdk_app.iam_checker import Checker, NotGranted, actions, arns, resolved

READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
WRITE = {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": "*"}
SPARE = {"Sid": "Spare", "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}


def handler(event: dict[str, str], _: object) -> bytes:
    """As a function would: it writes an object and reads it back."""
    s3: Any = boto3.client("s3", region_name="eu-west-1")
    s3.put_object(Bucket="state", Key="a", Body=event["body"].encode())
    s3.head_object(Bucket="state", Key="a")
    body: io.BytesIO = s3.get_object(Bucket="state", Key="a")["Body"]
    return body.read()


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="eu-west-1")
        s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield


def test_what_is_granted_goes_through_and_what_nobody_used_is_named() -> None:
    checker = Checker([READ, WRITE, SPARE])
    with checker.watching():
        assert handler({"body": "x"}, None) == b"x"
    assert checker.unused() == ["Spare"]
    assert checker.unused(implicit=["Spare"]) == []


def test_what_is_not_granted_is_refused_before_it_is_sent() -> None:
    checker = Checker([READ])
    with checker.watching(), pytest.raises(NotGranted, match="s3:PutObject"):
        handler({"body": "x"}, None)
    assert checker.refused == ["s3:PutObject"]


def test_it_watches_only_while_it_is_asked_to() -> None:
    with Checker([]).watching():
        pass
    assert handler({"body": "y"}, None) == b"y"


def test_operations_with_other_names() -> None:
    assert actions("s3", "HeadObject") == ("s3:GetObject",)
    assert actions("s3", "CopyObject") == ("s3:GetObject", "s3:PutObject")
    assert actions("lambda", "GetFunction") == ("lambda:GetFunction",)


def test_a_right_on_another_object_is_refused() -> None:
    checker = Checker([{**READ, "Resource": ["arn:aws:s3:::state/b/*"]}, WRITE])
    with checker.watching(), pytest.raises(NotGranted, match="s3:GetObject on arn:aws:s3:::state/a"):
        handler({"body": "x"}, None)
    checker = Checker([{**READ, "Resource": ["arn:aws:s3:::state/*"]}, WRITE])
    with checker.watching():
        assert handler({"body": "x"}, None) == b"x"


def test_resources_that_calls_name() -> None:
    def one(service: str, **parameters: Any) -> tuple[str, ...]:
        return arns(service, parameters, "r", "123456789012")

    deleted = {"Objects": [{"Key": "a"}, {"Key": "b"}]}
    assert one("s3", Bucket="x", Delete=deleted) == ("arn:aws:s3:::x/a", "arn:aws:s3:::x/b")
    assert one("s3", Bucket="x") == ("arn:aws:s3:::x",)
    assert one("sqs", QueueUrl="https://h/123456789012/q") == ("arn:aws:sqs:r:123456789012:q",)
    assert one("ssm", Name="/a/b") == ("arn:aws:ssm:r:123456789012:parameter/a/b",)
    assert one("events", Entries=[{"EventBusName": "b"}]) == ("arn:aws:events:r:123456789012:event-bus/b",)
    assert one("dynamodb", TableName="t") == ("arn:aws:dynamodb:r:123456789012:table/t",)
    assert one("lambda", FunctionName="arn:aws:lambda:x") == ("arn:aws:lambda:x",)
    assert one("lambda") == one("xray", Name="n") == ()


def test_intrinsics_become_texts_or_are_an_error() -> None:
    core = {"Outputs": {"o": {"Export": {"Name": "e"}, "Value": {"Fn::GetAtt": ["Core0A1B2C3D", "Arn"]}}}}
    keys = {"Fn::Join": ["", [{"Fn::ImportValue": "e"}, "/*"]]}
    (found,) = resolved([{**READ, "Resource": keys}], core, {"Core": "arn:aws:s3:::state"})
    assert found["Resource"] == ["arn:aws:s3:::state/*"]
    with pytest.raises(LookupError):
        resolved([{**READ, "Resource": keys}], core, {})
