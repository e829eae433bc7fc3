"""The checker lets through what is granted, refuses the rest, and knows what nobody used."""

import io
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.programs.cdk_app.iam_checker import Checker, NotGranted, actions

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
