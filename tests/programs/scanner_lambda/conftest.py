import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from outrider.policy.signing import format_key
from outrider.scan.advisories import manifest, signing
from scanner_lambda import program, scan, settings
from tests.programs.scanner_lambda import ecr_stand_in
from tests.programs.scanner_lambda.ecr_stand_in import Ecr

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:outrider-scan"
KEY = b"\7" * 32
SESSION = boto3.Session()
"""One for all tests: it reads the models of services once."""


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@dataclass
class Indexed:
    put_: list[tuple[str, int]] = field(default_factory=list)

    def put(self, artifact_id: str, packages: Any, release: Any) -> None:
        self.put_.append((artifact_id, len(packages)))


@dataclass
class Context:
    left: int = 300_000
    invoked_function_arn: str = ARN
    function_name: str = "outrider-scan"
    memory_limit_in_mb: int = 512
    aws_request_id: str = "r"

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@dataclass
class World:
    """An account with everything that the scan needs."""

    ecr: Ecr
    program: program.Program
    index: Indexed
    context: Context
    told_queue: str
    clients: Any

    def handle(self, *bodies: str) -> list[str]:
        """One batch; gives the bodies' numbers that failed."""
        records = [
            {
                "messageId": str(number),
                "receiptHandle": "r",
                "body": body,
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs",
                "awsRegion": REGION,
            }
            for number, body in enumerate(bodies)
        ]
        answer = scan.handler({"Records": records}, self.context)  # type: ignore[arg-type]
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def jobs(self) -> list[str]:
        return self._received(self.program.settings.queue_url)

    def told(self) -> list[dict[str, Any]]:
        """Envelopes that came over the bus since it was last asked."""
        return [json.loads(body)["detail"] for body in self._received(self.told_queue)]

    def _received(self, url: str) -> list[str]:
        found = []
        while messages := self.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for one in messages:
                found.append(one["Body"])
                self.clients.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        return found


@pytest.fixture
def world(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    requests.post(f"{moto}/moto-api/reset", timeout=10)
    with ecr_stand_in.serving() as ecr:
        for name, value in {
            "AWS_ENDPOINT_URL": moto,
            "AWS_ENDPOINT_URL_ECR": ecr.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "POWERTOOLS_SERVICE_NAME": "scan",
            "POWERTOOLS_METRICS_NAMESPACE": "Outrider",
        }.items():
            monkeypatch.setenv(name, value)
        names = ("s3", "dynamodb", "sqs", "events", "lambda", "ssm", "iam")
        clients = SimpleNamespace(**{name: SESSION.client(name) for name in names})  # type: ignore[call-overload]
        monkeypatch.setattr("scanner_lambda.aws.sessions.boto3.Session", lambda: SESSION)
        yield _built(ecr, clients, tmp_path, monkeypatch)


def _built(ecr: Ecr, clients: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    clients.s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": REGION})
    kinds = ("HASH", "RANGE")
    for table, keys in {"scans": ("pk", "sk"), "once": ("id",)}.items():
        clients.dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)
            ],
        )
    jobs_url = clients.sqs.create_queue(QueueName="jobs")["QueueUrl"]
    told_url = clients.sqs.create_queue(QueueName="told")["QueueUrl"]
    clients.events.create_event_bus(Name="outrider")
    clients.events.put_rule(Name="all", EventBusName="outrider", EventPattern='{"source": ["outrider"]}')
    target = {"Id": "told", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:told"}
    clients.events.put_targets(Rule="all", EventBusName="outrider", Targets=[target])
    chosen = settings.read(
        {
            "OUTRIDER_JOBS_QUEUE_URL": jobs_url,
            "OUTRIDER_STATE_BUCKET": "state",
            "OUTRIDER_SCANS_TABLE": "scans",
            "OUTRIDER_IDEMPOTENCY_TABLE": "once",
            "OUTRIDER_BUS_NAME": "outrider",
            "OUTRIDER_DATABASE_PUBLIC_KEY": format_key(_public()),
        }
    )
    index = Indexed()
    made = program.build(ARN, chosen, folder / "db", index)
    made.now = lambda: datetime(2026, 11, 28, tzinfo=UTC)
    empty_database(clients)
    monkeypatch.setattr(scan, "_program", lambda arn: made)
    return World(ecr, made, index, Context(), told_url, clients)


def _public() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()


def empty_database(clients: Any, built: str = "2026-11-27T00:00:00Z") -> None:
    """A signed database without shards."""
    put_database(clients, manifest.Manifest(built=built), {})


def put_database(clients: Any, found: manifest.Manifest, shards: dict[str, bytes]) -> None:
    data = manifest.write(found)
    files = {"manifest.json": data, "manifest.sig": signing.sign(data, KEY), **shards}
    for name, body in files.items():
        clients.s3.put_object(Bucket="state", Key=f"db/{name}", Body=body)


def with_settings(world: World, **changes: Any) -> None:
    world.program.settings = replace(world.program.settings, **changes)
