"""An AWS account on this machine: moto's server, the stand-ins before it, and what the CDK app would
deploy.

Queues with dead-letter queues, tables, buckets, the bus, topic and rules have the names and forms of
the CDK app; the environment tells boto3 where all of it is. moto's EventBridge filters and delivers,
its SQS counts receives.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import boto3
import requests
from moto.server import ThreadedMotoServer

from cdk_app import patterns
from demo.account import ecr, functions
from demo.account.ecr import Ecr
from demo.account.functions import Functions

ACCOUNT = "123456789012"
REGION = "eu-central-1"
MOST_RECEIVES = 3
"""After so many, a message goes to the dead-letter queue."""
INJECTOR_ROLE = f"arn:aws:iam::{ACCOUNT}:role/outrider-injector"
"""Whose changes the injector is not told of: the loop guard in its rules."""
INJECTOR_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/outrider-injector/injector"
PAUSED = "/outrider/paused"
"""The parameter that pauses the injector."""

_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
RULES: dict[str, list[Mapping[str, Any]]] = {
    "jobs": [*patterns.SCAN.values()],
    "injector": [patterns.by_others(pattern, INJECTOR_ROLE) for pattern in patterns.INJECT.values()],
}
"""Queue → patterns on the default bus that lead to it, as the CDK app deploys them."""


@dataclass
class Cloud:
    """The account under way."""

    moto: str
    ecr: Ecr
    functions: Functions
    queues: dict[str, str] = field(default_factory=dict)
    """Name → URL; `jobs-dlq` is the dead-letter queue of `jobs`."""
    deployments: set[str] = field(default_factory=set)
    """Ids of CodeDeploy's that were carried out."""

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables by which boto3 finds the account."""
        return {
            **_CREDENTIALS,
            "AWS_ENDPOINT_URL": self.moto,
            "AWS_ENDPOINT_URL_ECR": self.ecr.url,
            "AWS_ENDPOINT_URL_LAMBDA": self.functions.url,
        }

    def reset(self) -> None:
        """Empty the account; what is in the registry stays."""
        requests.post(f"{self.moto}/moto-api/reset", timeout=10).raise_for_status()
        requests.post(f"{self.moto}/moto-api/config", json={"lambda": {"use_docker": False}}, timeout=10)
        for kept in (
            self.queues,
            self.deployments,
            self.ecr.tags,
            self.ecr.empty,
            self.ecr.unknown,
            self.ecr.asked,
            self.functions.zips,
            self.functions.unknown,
            self.functions.changes,
        ):
            kept.clear()
        self.ecr.clock = time.time

    def client(self, service: str) -> Any:
        """A client of the account's; its settings are in the environment."""
        return boto3.client(service)  # type: ignore[call-overload]

    def arn(self, queue: str) -> str:
        """ARN of a queue."""
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:outrider-{queue}"

    def happened(self, source: str, kind: str, detail: Mapping[str, Any], *resources: str) -> None:
        """Put an event on the default bus, as AWS's own services do when something happened."""
        entry = {
            "Source": source,
            "DetailType": kind,
            "Detail": json.dumps(detail),
            "Resources": list(resources),
        }
        answer = self.client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise RuntimeError(f"the bus did not take {kind}: {answer}")

    def waiting(self, queue: str) -> int:
        """Messages in a queue, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)


@contextmanager
def served(registry: str) -> Iterator[Cloud]:
    """An empty account whose ECR is the OCI registry at `registry`; `variables` lead boto3 to it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    with ExitStack() as stack:
        stack.callback(server.stop)
        moto = "http://{}:{}".format(*server.get_host_and_port())
        images = stack.enter_context(ecr.running(registry, ACCOUNT, REGION))
        door = stack.enter_context(functions.running(moto))
        cloud = Cloud(moto, images, door)
        cloud.reset()
        yield cloud


@contextmanager
def running(registry: str) -> Iterator[Cloud]:
    """An account that is served, with the environment set for it."""
    with served(registry) as cloud, environment(cloud.variables):
        yield cloud


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables and hide other AWS_ ones; forget boto3's default session; put all of it back."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(variables)
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        boto3.DEFAULT_SESSION = None


def deployed(cloud: Cloud) -> dict[str, str]:
    """Make what the CDK app deploys; the settings of its programs."""
    for name in ("jobs", "rematch", "events", "injector"):
        _queue(cloud, name)
    _tables(cloud)
    s3 = cloud.client("s3")
    for bucket in ("outrider-state", "outrider-reports"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    events = cloud.client("events")
    events.create_event_bus(Name="outrider")
    for queue, leading in RULES.items():
        for number, pattern in enumerate(leading):
            _rule(cloud, f"outrider-{queue}-{number}", "default", pattern, queue)
    cloud.queues["heard"] = cloud.client("sqs").create_queue(QueueName="outrider-heard")["QueueUrl"]
    for queue in ("events", "heard"):  # the reporter's, and one of ours to see what the bus carried
        _rule(cloud, f"outrider-own-{queue}", "outrider", {"source": ["outrider"]}, queue)
    topic = cloud.client("sns").create_topic(Name="outrider")["TopicArn"]
    cloud.queues["people"] = cloud.client("sqs").create_queue(QueueName="outrider-people")["QueueUrl"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=cloud.arn("people"))
    cloud.client("ssm").put_parameter(Name=PAUSED, Value="false", Type="String")
    cloud.client("securityhub").enable_security_hub()
    return {
        "OUTRIDER_JOBS_QUEUE_URL": cloud.queues["jobs"],
        "OUTRIDER_JOBS_DLQ_ARN": cloud.arn("jobs-dlq"),
        "OUTRIDER_REMATCH_QUEUE_URL": cloud.queues["rematch"],
        "OUTRIDER_EVENTS_QUEUE_URL": cloud.queues["events"],
        "OUTRIDER_STATE_BUCKET": "outrider-state",
        "OUTRIDER_REPORTS_BUCKET": "outrider-reports",
        "OUTRIDER_SCANS_TABLE": "outrider-scans",
        "OUTRIDER_IDEMPOTENCY_TABLE": "outrider-idempotency",
        "OUTRIDER_OUTCOMES_TABLE": "outrider-outcomes",
        "OUTRIDER_MODELS_TABLE": "outrider-models",
        "OUTRIDER_BUS_NAME": "outrider",
        "OUTRIDER_TOPIC_ARN": topic,
        "OUTRIDER_SECURITY_HUB": "true",
        "OUTRIDER_INJECTOR_QUEUE_URL": cloud.queues["injector"],
        "OUTRIDER_INJECTOR_ROLE_ARN": INJECTOR_ROLE,
        "OUTRIDER_PAUSED_PARAMETER": PAUSED,
        "POWERTOOLS_METRICS_NAMESPACE": "Outrider",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def _queue(cloud: Cloud, name: str) -> None:
    """A queue and its dead-letter queue."""
    make = cloud.client("sqs").create_queue
    cloud.queues[f"{name}-dlq"] = make(QueueName=f"outrider-{name}-dlq")["QueueUrl"]
    redrive = {"deadLetterTargetArn": cloud.arn(f"{name}-dlq"), "maxReceiveCount": MOST_RECEIVES}
    cloud.queues[name] = make(
        QueueName=f"outrider-{name}", Attributes={"RedrivePolicy": json.dumps(redrive)}
    )["QueueUrl"]


TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "outrider-scans": (("pk", "sk"), "expires"),
    "outrider-idempotency": (("id",), "expiration"),
    "outrider-outcomes": (("subject", "sk"), "expires"),
    "outrider-models": (("workload", "sk"), ""),
}
"""Table → its keys (all strings, the hash key first), and the attribute that says when an item may go."""


def _tables(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    for name, (keys, expiry) in TABLES.items():
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )
        if expiry:
            dynamodb.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": expiry}
            )


def _rule(cloud: Cloud, name: str, bus: str, pattern: Mapping[str, Any], queue: str) -> None:
    """A rule that leads to a queue."""
    events = cloud.client("events")
    put = partial(events.put_rule, Name=name, EventBusName=bus, State="ENABLED")
    put(EventPattern=json.dumps(pattern))
    # moto's own form of an event has no account; the transformer gives it whole, as AWS does without one.
    whole = {"InputTemplate": "<aws.events.event.json>"}
    target = {"Id": queue, "Arn": cloud.arn(queue), "InputTransformer": whole}
    if events.put_targets(Rule=name, EventBusName=bus, Targets=[target])["FailedEntryCount"]:
        raise RuntimeError(f"the rule {name} has no target")
