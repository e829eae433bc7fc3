"""An account in moto's server for the function that moves stages, and its key, which moto does not know."""

import base64
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.aws import client as clients
from cdk_app.functions.reporter.aws.tables import DynamoModels
from cdk_app.functions.reporter.staging import handler
from outrider.policy import signing
from tests.programs.reporter.reporter_messages import act, event_envelope
from tests.programs.stages.stages_account import KEY

HERE = "eu-west-1:123456789012"
SIGNING_KEY = f"arn:aws:kms:{HERE}:key/policies"
QUICK = "version: 1\nlearn_seconds: 0\nlearn_lives: 1\nquiet_seconds: 0\n"
WISH = {"workload": "shop", "stage": "blocking", "who": "kim", "why": "read it"}
CONTEXT = SimpleNamespace(
    invoked_function_arn=f"arn:aws:lambda:{HERE}:function:stages",
    get_remaining_time_in_millis=lambda: 300_000,
)


def _signs(params: dict[str, Any], **_: Any) -> Any:
    """KMS, strict, for the one call: moto knows no key of ECC_NIST_EDWARDS25519."""
    said = json.loads(params["body"])
    message = base64.b64decode(said["Message"])
    assert (said["KeyId"], said["MessageType"]) == (SIGNING_KEY, "RAW")
    assert said["SigningAlgorithm"] == "ED25519_SHA_512" and len(message) <= 4096
    return SimpleNamespace(status_code=200), {"Signature": signing.local(KEY)(message)}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoModels]:
    """An account with everything the function reads and writes; gives its table, with one version."""
    server = ThreadedMotoServer(port=0)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    requests.post(f"{url}/moto-api/reset", timeout=10)
    variables = {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "OUTRIDER_MODELS_TABLE": "models",
        "OUTRIDER_REPORTS_BUCKET": "reports",
        "OUTRIDER_STATE_BUCKET": "state",
        "OUTRIDER_BUS_NAME": "outrider",
        "OUTRIDER_TERMS_PARAMETER": "/outrider/terms",
        "OUTRIDER_PUBLISH": "true",
        "OUTRIDER_POLICY_SIGNING_KEY": SIGNING_KEY,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    made = clients.client

    def client(service: str) -> Any:
        one = made(service)
        one.meta.events.register("before-call.kms.Sign", _signs)
        return one

    monkeypatch.setattr(clients, "client", client)
    handler._doors.cache_clear()
    yield _built()
    handler._doors.cache_clear()
    server.stop()


def _built() -> DynamoModels:
    dynamodb = boto3.client("dynamodb")
    keys = {"workload": "HASH", "sk": "RANGE"}
    dynamodb.create_table(
        TableName="models",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],  # type: ignore[typeddict-item]
    )
    place: Any = {"LocationConstraint": "eu-west-1"}
    for bucket in ("reports", "state"):
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    boto3.client("events").create_event_bus(Name="outrider")
    boto3.client("ssm").put_parameter(Name="/outrider/terms", Value=QUICK, Type="String")
    table = DynamoModels(dynamodb, "models")
    one = models.observed(event_envelope(act(1)))
    assert one
    models.merge(table, one)
    return table
