"""Published policies by the injector: sidecars are told where they lie, who signs them, and known digests."""

import base64
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from injector_account import ACCOUNT, REGION, Account, built, service_event, task_definition

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.functions.injector import settings
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from outrider.errors import UsageError
from outrider.policy import signing
from tests.programs.cdk_app.iam_checker import PSEUDO, Checker, resolved, statements

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/policies"
PUBLIC = signing.format_key(signing.public_key(bytes(32)))
DER = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(PUBLIC)
SOURCE = "s3://state/policies/{family}/{container}/{image}.policy"
ON = {
    "OUTRIDER_POLICY": "published",
    "OUTRIDER_POLICY_SIGNING_KEY": KEY,
    "OUTRIDER_STATE_BUCKET": "state",
}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"
NAMED = ("OUTRIDER_POLICY", "OUTRIDER_POLICY_KEY", "OUTRIDER_IMAGES")

NAMED_ARNS = {
    "CoreOutcomes": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/outcomes",
    "CoreBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/outrider",
    "CoreState": "arn:aws:s3:::state",
    "CoreKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/core",
    "InjectorEventsQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:own",
}
"""Logical ids of the templates in this test's account."""

Make = Callable[..., Account]


@pytest.fixture
def answers() -> list[tuple[int, dict[str, Any]]]:
    """What KMS answers, in order; the last again and again. moto knows no key of ECC_NIST_EDWARDS25519."""
    return [(200, {"PublicKey": DER})]


@pytest.fixture
def asked() -> list[str]:
    """Keys whose public half KMS was asked for."""
    return []


@pytest.fixture
def account(
    injector_moto: str, answers: list[tuple[int, dict[str, Any]]], asked: list[str]
) -> Iterator[Account]:
    made = built(injector_moto, **ON)
    events = made.clients["kms"].meta.events

    def stand_in(params: dict[str, Any], **_: Any) -> Any:
        asked.append(params["body"])
        status, answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return SimpleNamespace(status_code=status), answer

    events.register("before-call.kms.GetPublicKey", stand_in)
    yield made
    events.unregister("before-call.kms.GetPublicKey", stand_in)


def service(account: Account, image: str = "shop:1", name: str = "web", **fields: Any) -> str:
    container = {"name": "web", "image": image, "entryPoint": ["/shop"]}
    definition = task_definition(containerDefinitions=[container], **{"taskRoleArn": ROLE, **fields})
    return account.service(name, account.register(definition))


def attend(account: Account, arn: str) -> dict[str, str]:
    account.batch(service_event(arn))
    return account.latest(arn)


def told(account: Account, arn: str) -> tuple[dict[str, str], list[str]]:
    """What the sidecar of a service's definition is told of policies, and how its application starts."""
    listed = {one["name"]: one for one in account.document(account.runs(arn))["containerDefinitions"]}
    said = {one["name"]: one["value"] for one in listed["outrider"]["environment"]}
    return {name: said[name] for name in NAMED if name in said}, listed["web"]["entryPoint"]


def test_a_definition_names_the_place_the_key_and_a_digest_that_cannot_change(
    account: Account, asked: list[str]
) -> None:
    pinned = service(account, f"shop@sha256:{'a' * 64}")
    assert attend(account, pinned)["outcome"] == "covered"
    said, start = told(account, pinned)
    assert said == {
        "OUTRIDER_POLICY": SOURCE,
        "OUTRIDER_POLICY_KEY": PUBLIC,
        "OUTRIDER_IMAGES": f"web={'a' * 64}",
    }
    assert start[start.index("--key") + 1] == PUBLIC
    by_tag = service(account, name="tag", family="tag")
    kept = attend(account, by_tag)
    assert told(account, by_tag)[0] == {"OUTRIDER_POLICY": SOURCE, "OUTRIDER_POLICY_KEY": PUBLIC}
    assert "named by a tag" in kept["warnings"] and "s3:ListBucket" in kept["warnings"]
    assert len(asked) == 1 and KEY in str(asked[0])
    before = account.revisions()
    attend(account, pinned)
    assert account.revisions() == before


def test_a_task_without_a_role_learns_and_it_is_said(account: Account, asked: list[str]) -> None:
    web = service(account, taskRoleArn="")
    kept = attend(account, web)
    assert kept["outcome"] == "covered" and "without its published policies" in kept["warnings"]
    said, start = told(account, web)
    assert (said, "--key" in start, asked) == ({"OUTRIDER_POLICY": "builtin:learn"}, False, [])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {"Error": {"Code": "AccessDeniedException", "Message": "no"}}), "AccessDenied"),
        ((200, {"PublicKey": b"0" * 91}), "ECC_NIST_EDWARDS25519"),
    ],
)
def test_without_the_key_a_service_is_left_as_it_is_and_tried_again(
    account: Account,
    answers: list[tuple[int, dict[str, Any]]],
    answer: tuple[int, dict[str, Any]],
    words: str,
) -> None:
    answers.insert(0, answer)
    web = service(account)
    before = account.runs(web)
    kept = attend(account, web)
    assert (kept["outcome"], account.runs(web)) == ("failed", before)
    assert words in kept["reason"] + kept["hint"]
    assert attend(account, web)["outcome"] == "covered"


@pytest.mark.whole
def test_the_role_may_ask_for_this_key_where_a_deployment_names_it(account: Account) -> None:
    made = stacks(cdk.App(context=FLAGS), Settings(policy_signing_key=KEY), Bundled(Stub()))
    core, own = (assertions.Template.from_stack(made[name]).to_json() for name in ("Core", "Injector"))
    found = resolved(statements(own, "InjectorFunction"), core, NAMED_ARNS)
    checker = Checker(json.loads(json.dumps(found).replace(PSEUDO["AWS::Region"], REGION)))
    web = service(account)
    with checker.watching():
        attend(account, web)
    assert (checker.refused, "PolicyKey kms:GetPublicKey" in checker.used) == ([], True)


def test_off_nothing_is_asked_and_nothing_changes(account_with: Make) -> None:
    account = account_with(OUTRIDER_STATE_BUCKET="state", OUTRIDER_POLICY_SIGNING_KEY=KEY)
    web = service(account)
    attend(account, web)
    assert told(account, web)[0] == {"OUTRIDER_POLICY": "builtin:learn"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"OUTRIDER_POLICY_SIGNING_KEY": ""}, "OUTRIDER_POLICY_SIGNING_KEY"),
        ({"OUTRIDER_POLICY_SIGNING_KEY": "alias/policies"}, "OUTRIDER_POLICY_SIGNING_KEY"),
        ({"OUTRIDER_STATE_BUCKET": ""}, "OUTRIDER_STATE_BUCKET"),
        ({"OUTRIDER_POLICY_KEY": PUBLIC}, "OUTRIDER_POLICY_KEY"),
    ],
)
def test_what_published_policies_need_is_named(change: dict[str, str], named: str) -> None:
    needed = {"OUTRIDER_OUTCOMES_TABLE": "outcomes", "OUTRIDER_BUS_NAME": "outrider", **ON}
    assert settings.read(needed).published == SOURCE
    with pytest.raises(UsageError, match=named):
        settings.read(needed | change)
