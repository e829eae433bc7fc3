"""The pump plays an event source mapping: partial failures come again, then go to the dead-letter queue."""

import json
from typing import Any

import pytest
from account_fixtures import account, registry_host, served_account

from demo.account import cloud as clouds
from demo.account import happenings, pump
from demo.account.cloud import Cloud
from demo.account.pump import Pump

__all__ = ["account", "registry_host", "served_account"]

IDS = ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, {"a", "b"}),
        ({"batchItemFailures": [{"wrong": "b"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": "nobody"}]}, {"a", "b"}),
        ({"batchItemFailures": 5}, {"a", "b"}),
        ("done", {"a", "b"}),
    ],
)
def test_what_comes_again_is_as_aws_says(answer: Any, again: set[str]) -> None:
    assert pump.failures(answer, IDS) == again


@pytest.fixture
def deployed(account: Cloud) -> Cloud:
    clouds.deployed(account)
    return account


def test_a_message_that_always_fails_ends_in_the_dead_letter_queue_alone(deployed: Cloud) -> None:
    sqs = deployed.client("sqs")
    for number in range(12):
        sqs.send_message(QueueUrl=deployed.queues["jobs"], MessageBody=json.dumps({"n": number}))
    seen: list[int] = []

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        assert context.get_remaining_time_in_millis() > 0
        failed = []
        for record in event["Records"]:
            number = json.loads(record["body"])["n"]
            seen.append(number)
            if number == 7:
                failed.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    done = Pump(sqs, deployed.queues["jobs"], handler, "scan").drain()
    assert (done.done, done.kept, seen.count(7)) == (11, clouds.MOST_RECEIVES, clouds.MOST_RECEIVES)
    assert sorted(set(seen)) == list(range(12)) and not deployed.waiting("jobs")
    assert pump.bodies(sqs, deployed.queues["jobs-dlq"]) == [{"n": 7}]


def test_a_handler_that_raises_keeps_the_whole_batch(deployed: Cloud) -> None:
    sqs = deployed.client("sqs")
    sqs.send_message(QueueUrl=deployed.queues["jobs"], MessageBody="{}")

    def handler(event: dict[str, Any], context: Any) -> None:
        raise ValueError("no")

    done = Pump(sqs, deployed.queues["jobs"], handler, "scan").drain()
    assert done.errors == ("ValueError: no",) * clouds.MOST_RECEIVES
    assert deployed.waiting("jobs-dlq") == 1


def test_happenings_reach_the_queues_by_the_rules(deployed: Cloud) -> None:
    sqs = deployed.client("sqs")
    happenings.pushed(deployed, "shop/web", "1", "sha256:" + "0" * 64)
    function = {"FunctionName": "pay", "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:pay"}
    happenings.function_configured(deployed, function)
    happenings.function_configured(deployed, function, by=clouds.INJECTOR_SESSION)
    jobs = pump.bodies(sqs, deployed.queues["jobs"])
    assert [job["detail-type"] for job in jobs] == ["ECR Image Action"] + ["AWS API Call via CloudTrail"] * 2
    (one,) = pump.bodies(sqs, deployed.queues["injector"])  # and not what the injector did itself
    assert one["detail"]["requestParameters"] == {"functionName": "pay"}
    assert (one["account"], one["region"]) == (clouds.ACCOUNT, clouds.REGION)


def test_what_is_said_on_our_bus_is_heard(deployed: Cloud) -> None:
    entry = {
        "Source": "outrider",
        "DetailType": "Outrider Scan",
        "Detail": '{"a": 1}',
        "EventBusName": "outrider",
    }
    deployed.client("events").put_events(Entries=[entry])
    (heard,) = pump.bodies(deployed.client("sqs"), deployed.queues["heard"])
    assert heard["detail"] == {"a": 1} and deployed.waiting("events") == 1
