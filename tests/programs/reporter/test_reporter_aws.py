"""The handler itself against moto's server: what it was told lies where people look."""

import json
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
import requests
from aws_cdk import assertions
from moto.server import ThreadedMotoServer

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.functions.reporter import handler
from cdk_app.functions.reporter.aws.sinks import Bus, Hub
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import PERMISSIONS
from outrider.model.envelope import dump
from outrider.model.event import Verdict
from tests.programs.cdk_app.iam_checker import PSEUDO, Checker, resolved, statements
from tests.programs.reporter.reporter_messages import act, batch, delivery, event_envelope, finding_envelope

_HERE = "eu-west-1:123456789012"
NAMED = {
    "CoreModels": f"arn:aws:dynamodb:{_HERE}:table/models",
    "CoreIdempotency": f"arn:aws:dynamodb:{_HERE}:table/ledger",
    "CoreReports": "arn:aws:s3:::lake",
    "CoreBus": f"arn:aws:events:{_HERE}:event-bus/outrider",
    "CoreTopic": f"arn:aws:sns:{_HERE}:people",
    "CoreKey": f"arn:aws:kms:{_HERE}:key/core",
    "ReportingEventsQueue": f"arn:aws:sqs:{_HERE}:events",
}
"""Logical ids of the templates in this test's account."""
KEYS = {"models": ("workload", "sk"), "ledger": ("id",)}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An account with everything the reporter writes to; gives the URL of its queue."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "OUTRIDER_MODELS_TABLE": "models",
        "OUTRIDER_IDEMPOTENCY_TABLE": "ledger",
        "OUTRIDER_REPORTS_BUCKET": "lake",
        "OUTRIDER_BUS_NAME": "outrider",
        "OUTRIDER_SECURITY_HUB": "true",
        "OUTRIDER_NOTIFICATIONS_PER_HOUR": "2",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    url = _made(monkeypatch)
    handler._doors.cache_clear()
    yield url
    handler._doors.cache_clear()
    server.stop()


def _made(monkeypatch: pytest.MonkeyPatch) -> str:
    """Tables, bucket, bus, hub, a topic, and a queue that hears topic and bus."""
    dynamodb = boto3.client("dynamodb")
    for name, keys in KEYS.items():
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if key == "sk" else "HASH"} for key in keys],
        )
    place: Any = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3").create_bucket(Bucket="lake", CreateBucketConfiguration=place)
    boto3.client("securityhub").enable_security_hub()
    queue = boto3.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    arn = "arn:aws:sqs:eu-west-1:123456789012:events"
    topic = boto3.client("sns").create_topic(Name="people")["TopicArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events = boto3.client("events")
    events.create_event_bus(Name="outrider")
    events.put_rule(Name="all", EventBusName="outrider", EventPattern='{"source":["outrider"]}')
    events.put_targets(Rule="all", EventBusName="outrider", Targets=[{"Id": "1", "Arn": arn}])
    monkeypatch.setenv("OUTRIDER_TOPIC_ARN", topic)
    monkeypatch.setenv("OUTRIDER_EVENTS_QUEUE_URL", queue)
    return queue


def _waiting(url: str) -> list[Any]:
    """Everything on the queue."""
    sqs = boto3.client("sqs")
    found: list[Any] = []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(one["Body"]) for one in got]
        for one in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def test_what_is_told_lies_where_people_look_and_once(account: str) -> None:
    blocked = [event_envelope(act(n, verdict=Verdict.BLOCK)) for n in range(1, 4)]
    told = [*blocked, event_envelope(act(4)), finding_envelope(1, "low")]
    event = batch(*(json.dumps(dump(one)) for one in told))
    for _ in range(2):
        assert handler.handler(event, None) == {"batchItemFailures": []}
    waiting = _waiting(account)
    heard = [one for one in waiting if one.get("source") == "outrider"]
    assert sorted(one["detail"]["id"] for one in heard) == sorted(one.id for one in told)
    assert sum(one.get("Type") == "Notification" for one in waiting) == 2, "three were blocked, two are told"
    assert handler.handler(batch(*map(json.dumps, heard)), None) == {"batchItemFailures": []}
    assert _waiting(account) == [], "what comes back from the bus goes nowhere again"
    assert len(boto3.client("securityhub").get_findings(MaxResults=100)["Findings"]) == 5
    keys = [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket="lake")["Contents"]]
    assert len(keys) == 5 and sum("class=2004" in key for key in keys) == 4
    items = boto3.client("dynamodb").scan(TableName="models")["Items"]
    kinds = sorted(item["sk"]["S"].partition("#")[0] for item in items)
    assert kinds == ["alerts", "behaviour", "instance", "version"], "four deviations, one of them is learned"
    (alerts,) = [json.loads(item["document"]["S"]) for item in items if item["sk"]["S"] == "alerts"]
    assert len(alerts) == 4, "each once, though each was told twice"


def test_a_line_that_is_malformed_goes_to_the_queue(account: str) -> None:
    bad = '{"schema":"outrider.event/1","type":"event"}'
    assert handler.handler(delivery(bad), None) == {"taken": 0, "again": 1}
    (message,) = _waiting(account)
    assert message["text"] == bad


def test_it_has_the_rights_it_uses_and_no_more(account: str) -> None:
    made = stacks(cdk.App(context=FLAGS), Settings(security_hub="true"), Bundled(Stub()))
    core, own = (assertions.Template.from_stack(made[name]).to_json() for name in ("Core", "Reporting"))
    found = resolved(statements(own, "ReporterFunction"), core, NAMED)
    checker = Checker(json.loads(json.dumps(found).replace(PSEUDO["AWS::Region"], "eu-west-1")))
    blocked = json.dumps(dump(event_envelope(act(1, verdict=Verdict.BLOCK))))
    with checker.watching():
        assert handler.handler(batch(blocked), None) == {"batchItemFailures": []}
        assert handler.handler(delivery('{"schema":"outrider.event/1","type":"event"}'), None)["again"] == 1
    implicit = [grant.sid for grant in PERMISSIONS["ReporterFunction"] if grant.implicit]
    assert (checker.refused, checker.unused(implicit)) == ([], [])


class _Refusing:
    """AWS answers 200 and names what it did not take."""

    def put_events(self, Entries: list[Any]) -> Any:
        answers = [{"EventId": "1"} for _ in Entries]
        return {"Entries": [*answers[:-1], {"ErrorCode": "ThrottlingException"}]}

    def batch_import_findings(self, Findings: list[Any]) -> Any:
        assert len(Findings) <= 100
        return {"FailedFindings": [{"Id": Findings[0]["Id"], "ErrorCode": "InvalidInput"}]}


def test_what_one_call_refuses_in_part_is_named() -> None:
    told = [finding_envelope(number) for number in range(12)]
    assert set(Bus(_Refusing(), "b").send(told)) == {told[9].id, told[11].id}
    assert set(Hub(_Refusing()).send(told)) == {told[0].id}
