"""The scan function on bad days: whatever AWS does, in the end every artifact is told as on a good day."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos import Chaos, Fault, shaken

from demo.account import cloud as clouds
from demo.account import pump, shipping
from demo.account.cloud import Cloud
from demo.account.pump import Pump
from scanner_lambda import scan

pytestmark = pytest.mark.whole

Told = set[tuple[str, str, str]]
"""Topic, subject and, of a finding, what it is known as."""
RECEIVES = 40
"""On a day like this a message may come more often than in an account before it is put aside."""


@pytest.fixture
def settings(account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in clouds.deployed(account).items():
        monkeypatch.setenv(name, value)
    scan._program.cache_clear()
    yield
    scan._program.cache_clear()


def shipped(account: Cloud, host: str, work: Path) -> None:
    for repository in shipping.REPOSITORIES[:2]:
        shipping.push(account, host, shipping.layout(work / "image"), repository, "1")
    shipping.create_function(account, "prices", shipping.role(account))


def told(account: Cloud) -> Told:
    """What the bus carried, each once."""
    heard = [event["detail"] for event in pump.bodies(account.client("sqs"), account.queues["heard"])]
    return {
        (one["topic"], one["subject"]["name"], str(one["detail"].get("known_as", "")))
        for one in heard
        if one["topic"] != "trouble"
    }


def scanned(account: Cloud, chaos: Chaos) -> Told:
    """Deliver all jobs on this day."""
    sqs, queue = account.client("sqs"), account.queues["jobs"]
    redrive = f'{{"deadLetterTargetArn": "{account.arn("jobs-dlq")}", "maxReceiveCount": {RECEIVES}}}'
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": redrive})
    dynamodb, shake = account.client("dynamodb"), shaken(chaos.seed, 0.2)

    def later(records: list[pump.Record]) -> list[pump.Record]:
        """A message comes again after its visibility timeout: marks of work in progress are stale by then."""
        for item in dynamodb.scan(TableName="outrider-idempotency")["Items"]:
            if item["status"]["S"] == "INPROGRESS":
                dynamodb.delete_item(TableName="outrider-idempotency", Key={"id": item["id"]})
        return shake(records)

    with chaos.raging():
        scan._program.cache_clear()
        Pump(sqs, queue, scan.handler, "scan", arrange=later).drain()
    assert not account.waiting("jobs-dlq")
    return told(account)


@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)]
)
def test_nothing_is_lost_on_a_bad_day(
    account: Cloud, settings: None, registry_host: str, tmp_path: Path, seed: int
) -> None:
    shipped(account, registry_host, tmp_path)
    bad = Chaos(seed)
    on_a_bad_day = scanned(account, bad)
    assert bad.faults() >= {Fault.THROTTLED, Fault.CUT_AFTER}
    account.reset()
    os.environ.update(clouds.deployed(account))
    shipped(account, registry_host, tmp_path)
    on_a_good_day = scanned(account, Chaos(0, rates={}))
    assert on_a_bad_day == on_a_good_day
    assert {name for topic, name, _ in on_a_good_day if topic == "scan"} == {
        "shop/pricing:1",
        "shop/pricing-staging:1",
        "prices",
    }
