"""The handler itself against moto's server, and under exactly the rights that the CDK app gives it."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
import requests
from aws_cdk import assertions
from moto.server import ThreadedMotoServer

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.aws import client as clients
from cdk_app.functions.reporter.aws.policies import S3Policies
from cdk_app.functions.reporter.aws.tables import DynamoModels
from cdk_app.functions.reporter.staging import handler
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import PERMISSIONS, PUBLISHING
from outrider.errors import InvalidInput
from outrider.policy import signing
from tests.programs.cdk_app.iam_checker import PSEUDO, Checker, resolved, statements
from tests.programs.reporter.reporter_messages import act, event_envelope
from tests.programs.stages.stages_account import KEY, PLACE

_HERE = "eu-west-1:123456789012"
SIGNING_KEY = f"arn:aws:kms:{_HERE}:key/policies"
NAMED = {
    "CoreModels": f"arn:aws:dynamodb:{_HERE}:table/models",
    "CoreReports": "arn:aws:s3:::reports",
    "CoreState": "arn:aws:s3:::state",
    "CoreBus": f"arn:aws:events:{_HERE}:event-bus/outrider",
    "CoreKey": f"arn:aws:kms:{_HERE}:key/core",
}
"""Logical ids of the templates in this test's account."""
QUICK = "version: 1\nlearn_seconds: 0\nlearn_lives: 1\nquiet_seconds: 0\n"
CONTEXT = SimpleNamespace(
    invoked_function_arn=f"arn:aws:lambda:{_HERE}:function:stages",
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


WISH = {"workload": "shop", "stage": "blocking", "who": "kim", "why": "read it"}


def test_from_learning_to_a_signed_policy_that_blocks(account: DynamoModels) -> None:
    found = [handler.handler({"command": "round"}, CONTEXT) for _ in range(3)]
    assert [made["stepped"] for made in found] == [1, 1, 0]
    assert [made["failed"] for made in found] == [0, 0, 0]
    assert handler.handler(WISH, CONTEXT)["step"] == "alerting → blocking"
    s3 = boto3.client("s3")
    data = s3.get_object(Bucket="state", Key=PLACE)["Body"].read()
    signing.verify(data, signing.public_key(KEY))
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="reports")["Contents"]]
    assert len(keys) == 3 and all(key.startswith("proposals/shop-") for key in keys)
    assert handler.handler({"workload": "shop"}, CONTEXT)["refused"]


@pytest.mark.whole
def test_it_has_the_rights_it_uses_and_no_more(account: DynamoModels) -> None:
    made = stacks(cdk.App(context=FLAGS), Settings(policy_signing_key=SIGNING_KEY), Bundled(Stub()))
    core, own = (assertions.Template.from_stack(made[name]).to_json() for name in ("Core", "Reporting"))
    found = resolved(statements(own, "StagesFunction"), core, NAMED)
    checker = Checker(json.loads(json.dumps(found).replace(PSEUDO["AWS::Region"], "eu-west-1")))
    with checker.watching():
        for _ in range(2):
            assert handler.handler({"command": "round"}, CONTEXT)["failed"] == 0
        assert handler.handler(WISH, CONTEXT)["step"] == "alerting → blocking"
    grants = (*PERMISSIONS["StagesFunction"], *PUBLISHING)
    implicit = [grant.sid for grant in grants if grant.implicit]
    assert (checker.refused, checker.unused(implicit)) == ([], [])


@pytest.mark.whole
def test_without_a_key_it_may_not_touch_policies() -> None:
    made = stacks(cdk.App(context=FLAGS), Settings(), Bundled(Stub()))
    own = assertions.Template.from_stack(made["Reporting"]).to_json()
    sids = {one["Sid"] for one in statements(own, "StagesFunction")}
    assert sids == {grant.sid for grant in PERMISSIONS["StagesFunction"]}
    assert not sids & {grant.sid for grant in PUBLISHING}


def test_the_list_is_given_by_pages_and_a_policy_only_written_over_what_was_seen(
    account: DynamoModels,
) -> None:
    for number in range(120):
        account.put(models.VERSIONS, f"version#{number:03}", "[]", 0)
    first = account.page(models.VERSIONS, "", 50)
    assert len(first) == 50
    behind = account.page(models.VERSIONS, first[-1][0], 100)
    assert len(behind) == 71
    assert sorted({key for key, _ in (*first, *behind)}) == [key for key, _ in (*first, *behind)]
    store = S3Policies(boto3.client("s3"), "reports", "state")
    assert store.lying("policies/a/b.policy") is None
    assert store.put("policies/a/b.policy", b"one", None)
    assert not store.put("policies/a/b.policy", b"two", None)
    seen = store.lying("policies/a/b.policy")
    assert seen
    assert store.put("policies/a/b.policy", b"three", seen)
    assert not store.put("policies/a/b.policy", b"four", seen)


def test_terms_that_are_none_stop_the_round_loudly(account: DynamoModels) -> None:
    boto3.client("ssm").put_parameter(Name="/outrider/terms", Value="lern: 1", Type="String", Overwrite=True)
    with pytest.raises(InvalidInput, match="/outrider/terms"):
        handler.handler({"command": "round"}, CONTEXT)


def test_the_readme_lists_metrics_settings_and_fields() -> None:
    text = Path("cdk_app/functions/reporter/staging/README.md").read_text()
    settings = Path("cdk_app/functions/reporter/staging/settings.py").read_text().split('"')
    named = [word for word in settings if word.startswith("OUTRIDER_") and word.isupper()]
    assert len(set(named)) == 7
    assert [name for name in (*handler.METRICS, *named) if f"`{name}`" not in text] == []
