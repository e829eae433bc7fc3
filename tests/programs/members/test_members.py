"""A member's image and function are scanned by the hub: on the event, by the sweep, through the role."""

from pathlib import Path
from typing import Any

import pytest

from demo import registry
from demo.account import shipping
from demo.account.cloud import REGION
from demo.account.pump import Context, Delivered, Pump
from tests.programs.members.member_artifacts import function
from tests.programs.members.two_accounts import HUB, MEMBER, STRANGER, Accounts

pytestmark = pytest.mark.whole

REPOSITORY = "team/pricing"
NAME = f"{REPOSITORY}:1"


@pytest.fixture
def pushed(member_registry: str, accounts: Accounts, tmp_path: Path) -> str:
    """An image with a credential in the member's registry; its digest."""
    registry.push(shipping.layout(tmp_path / "image"), f"{member_registry}/{NAME}")
    return accounts.ecr.registry.tags(REPOSITORY)["1"]


def push_detail(digest: str) -> dict[str, str]:
    return {
        "action-type": "PUSH",
        "result": "SUCCESS",
        "repository-name": REPOSITORY,
        "image-digest": digest,
        "image-tag": "1",
    }


def call_detail(arn: str, name: str = "CreateFunction20150331") -> dict[str, Any]:
    return {
        "eventSource": "lambda.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "recipientAccountId": MEMBER,
        "requestParameters": {"functionName": arn.rpartition(":")[2]},
        "responseElements": {"functionArn": arn},
    }


def drained(accounts: Accounts) -> Delivered:
    sqs = accounts.hub.client("sqs")
    return Pump(sqs, accounts.hub.queues["jobs"], accounts.function("ScanFunction"), "scan").drain()


def scanned(accounts: Accounts) -> dict[str, str]:
    """Name of each artifact that was told as scanned → its account. Each has the credential as a finding."""
    told = accounts.told()
    found = {one["subject"]["name"]: one["account"] for one in told if one["topic"] == "scan"}
    secrets = {
        one["subject"]["name"]
        for one in told
        if one["topic"] == "finding" and one["detail"]["family"] == "secret"
    }
    assert secrets == set(found)
    assert not [one["detail"]["failed"] for one in told if one["topic"] == "scan" and _lost(one)]
    return found


def _lost(one: dict[str, Any]) -> list[dict[str, str]]:
    """What could not be looked at, but for the database, which there is none of."""
    return [failed for failed in one["detail"]["failed"] if "database" not in failed["subject"]]


def test_an_image_and_a_function_are_scanned_on_their_events(accounts: Accounts, pushed: str) -> None:
    arn = function(accounts, "prices")
    assert accounts.happened("aws.ecr", "ECR Image Action", push_detail(pushed))
    assert accounts.happened("aws.lambda", "AWS API Call via CloudTrail", call_detail(arn))
    done = drained(accounts)
    assert (done.errors, accounts.hub.waiting("jobs-dlq")) == ((), 0)
    assert scanned(accounts) == {NAME: MEMBER, "prices": MEMBER}


def test_the_sweep_finds_both_and_what_the_hub_has_itself(
    accounts: Accounts, pushed: str, registry_host: str, tmp_path: Path
) -> None:
    registry.push(shipping.layout(tmp_path / "ours"), f"{registry_host}/ours/pricing:7")
    function(accounts, "prices")
    answer = accounts.function("SweepFunction")({"command": "sweep"}, Context("sweep"))
    assert answer["done"] and answer["failed"] == 0
    covered = {one["subject"] for one in answer["outcomes"] if one["outcome"] == "covered"}
    assert covered == {f"account {HUB}", f"account {MEMBER}"}
    assert drained(accounts).errors == ()
    found = scanned(accounts)
    assert found.pop("ours/pricing:7") == HUB
    assert {name: account for name, account in found.items() if account == MEMBER} == {
        NAME: MEMBER,
        "prices": MEMBER,
    }


def test_a_member_that_refuses_the_role_is_told_and_the_rest_goes_on(
    accounts: Accounts, pushed: str, registry_host: str, tmp_path: Path
) -> None:
    registry.push(shipping.layout(tmp_path / "ours"), f"{registry_host}/ours/pricing:7")
    accounts.sts.trusts.clear()
    answer = accounts.function("SweepFunction")({"command": "sweep"}, Context("sweep"))
    failed = [one for one in answer["outcomes"] if one["outcome"] == "failed"]
    assert answer["done"] and [one["subject"] for one in failed] == [f"account {MEMBER}"]
    assert answer["jobs"] > 0
    (told,) = accounts.told()
    assert (told["topic"], told["account"], told["subject"]["name"]) == ("trouble", MEMBER, "sweep")
    assert "OutriderMember" in told["detail"]["message"] and f"hub={HUB}" in told["detail"]["hint"]

    assert accounts.happened("aws.ecr", "ECR Image Action", push_detail(pushed))
    done = drained(accounts)
    assert (done.errors, accounts.hub.waiting("jobs-dlq")) == ((), 1)
    told_of = {one["account"] for one in accounts.told() if one["topic"] == "scan"}
    assert told_of == {HUB}


def test_an_account_that_left_the_organization_is_not_read(accounts: Accounts) -> None:
    accounts.sts.organizations[HUB] = "o-another000"
    answer = accounts.function("SweepFunction")({"command": "sweep"}, Context("sweep"))
    assert answer["failed"] == 1


@pytest.mark.parametrize(
    "role",
    [
        f"arn:aws:iam::{HUB}:role/OutriderReporting-ReporterFunctionRole",
        f"arn:aws:iam::{HUB}:role/OutriderScan-us-east-1",
        f"arn:aws:iam::{STRANGER}:role/OutriderScan-{REGION}",
        f"arn:aws:iam::{MEMBER}:role/OutriderScan-{REGION}",
    ],
)
def test_no_other_role_is_trusted(accounts: Accounts, role: str) -> None:
    sts = accounts.client("sts", role)
    with pytest.raises(sts.exceptions.ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=next(iter(accounts.sts.trusts)), RoleSessionName="test")


def test_events_of_strangers_and_about_strangers_come_to_nothing(accounts: Accounts, pushed: str) -> None:
    kind, detail = "ECR Image Action", push_detail(pushed)
    assert not accounts.happened("aws.ecr", kind, detail, STRANGER)
    assert not accounts.happened("outrider", "Outrider Finding", {})
    event = {"source": "aws.ecr", "detail-type": kind, "region": REGION, "detail": detail}
    accounts.send({**event, "account": STRANGER})
    about = f"arn:aws:ecr:{REGION}:{HUB}:repository/{REPOSITORY}"
    accounts.send({**event, "account": MEMBER, "resources": [about]})
    accounts.send(
        {
            "source": "aws.lambda", "detail-type": "AWS API Call via CloudTrail", "region": REGION,
            "account": MEMBER, "detail": call_detail(f"arn:aws:lambda:{REGION}:{HUB}:function:x"),
        }
    )  # fmt: skip
    drained(accounts)
    assert accounts.hub.waiting("jobs-dlq") == 3
    assert {one["topic"] for one in accounts.told()} == {"trouble"}


def test_a_job_for_a_member_is_asked_for_by_hand(accounts: Accounts, pushed: str) -> None:
    event = {"command": "scan", "repository": REPOSITORY, "digest": pushed, "tag": "1", "account": MEMBER}
    assert accounts.function("SweepFunction")(event, Context("sweep")) == {"command": "scan", "sent": 1}
    assert drained(accounts).errors == ()
    assert scanned(accounts) == {NAME: MEMBER}
