"""The handler itself against moto's server, and under exactly the rights that the CDK app gives it."""

import json
from pathlib import Path

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import assertions

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.aws.policies import S3Policies
from cdk_app.functions.reporter.aws.tables import DynamoModels
from cdk_app.functions.reporter.staging import handler
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import PERMISSIONS, PUBLISHING
from outrider.errors import InvalidInput
from outrider.policy import signing
from tests.programs.cdk_app.iam_checker import PSEUDO, Checker, resolved, statements
from tests.programs.stages.stages_account import KEY, PLACE
from tests.programs.stages.stages_aws import CONTEXT, HERE, SIGNING_KEY, WISH

NAMED = {
    "CoreModels": f"arn:aws:dynamodb:{HERE}:table/models",
    "CoreReports": "arn:aws:s3:::reports",
    "CoreState": "arn:aws:s3:::state",
    "CoreBus": f"arn:aws:events:{HERE}:event-bus/outrider",
    "CoreKey": f"arn:aws:kms:{HERE}:key/core",
}
"""Logical ids of the templates in this test's account."""


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
