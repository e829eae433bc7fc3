"""The functions of the CDK app, each with settings to start with and an event that is no work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ARN = "arn:aws:sqs:us-east-1:123456789012:"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One function."""

    name: str
    id: str
    """In the CDK app."""
    handler: str
    memory: int
    """MiB, as the CDK app has it."""
    environment: Mapping[str, str]
    event: Mapping[str, Any]
    """Goes all the way to the work and finds none."""
    refused: str = ""
    """The error that the event comes to, where only an error is without work."""


def _batch(body: Any) -> dict[str, Any]:
    """A batch of one message."""
    return {
        "Records": [
            {
                "messageId": "1",
                "receiptHandle": "1",
                "body": json.dumps(body),
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"{ARN}jobs",
                "awsRegion": "us-east-1",
            }
        ]
    }


_DELETED = {"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": {"action-type": "DELETE"}}
_SCANNER = {
    "OUTRIDER_JOBS_QUEUE_URL": f"{QUEUE}jobs",
    "OUTRIDER_JOBS_DLQ_ARN": f"{ARN}jobs-dlq",
    "OUTRIDER_REMATCH_QUEUE_URL": f"{QUEUE}rematch",
    "OUTRIDER_STATE_BUCKET": "state",
    "OUTRIDER_SCANS_TABLE": "scans",
    "OUTRIDER_IDEMPOTENCY_TABLE": "idempotency",
    "OUTRIDER_BUS_NAME": "outrider",
}

FUNCTIONS = (
    Measured(
        name="scan",
        id="ScanFunction",
        handler="scanner_lambda.scan.handler",
        memory=1769,
        environment=_SCANNER,
        event=_batch(_DELETED),
    ),
    Measured(
        name="sweep",
        id="SweepFunction",
        handler="scanner_lambda.sweep.handler",
        memory=512,
        environment=_SCANNER,
        event={"command": "scan"},
        refused="UsageError",
    ),
    Measured(
        name="database",
        id="DatabaseFunction",
        handler="scanner_lambda.database.handler",
        memory=3008,
        environment=_SCANNER
        | {
            "OUTRIDER_DATABASE_MIRROR": "http://127.0.0.1:{port}",
            "OUTRIDER_DATABASE_FEEDS": '["kev:kev.json"]',
            "OUTRIDER_DATABASE_KEY_PARAMETER": "/outrider/key",
        },
        event={},
        refused="EnvironmentFault",
    ),
    Measured(
        name="rematch",
        id="RematchFunction",
        handler="scanner_lambda.rematch.handler",
        memory=1769,
        environment=_SCANNER | {"OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER": "/outrider/key"},
        event=_batch({}),
    ),
    Measured(
        name="injector",
        id="InjectorFunction",
        handler="cdk_app.functions.injector.handler.handler",
        memory=512,
        environment={
            "OUTRIDER_OUTCOMES_TABLE": "outcomes",
            "OUTRIDER_BUS_NAME": "outrider",
            "OUTRIDER_SIDECAR_IMAGE": f"public.ecr.aws/outrider/sidecar@sha256:{'5' * 64}",
            "OUTRIDER_LAYER_ARNS": '{"arm64": "arn:aws:lambda:us-east-1:123456789012:layer:outrider:1"}',
        },
        event=_batch({"detail-type": "ECS Service Action", "detail": {}, "account": "", "region": ""}),
    ),
    Measured(
        name="reporter",
        id="ReporterFunction",
        handler="cdk_app.functions.reporter.handler.handler",
        memory=512,
        environment={
            "OUTRIDER_MODELS_TABLE": "models",
            "OUTRIDER_IDEMPOTENCY_TABLE": "idempotency",
            "OUTRIDER_REPORTS_BUCKET": "reports",
            "OUTRIDER_BUS_NAME": "outrider",
            "OUTRIDER_EVENTS_QUEUE_URL": f"{QUEUE}events",
            "OUTRIDER_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:outrider",
            "OUTRIDER_SECURITY_HUB": "true",
        },
        event=_batch({}),
    ),
    Measured(
        name="stages",
        id="StagesFunction",
        handler="cdk_app.functions.reporter.staging.handler.handler",
        memory=512,
        environment={
            "OUTRIDER_MODELS_TABLE": "models",
            "OUTRIDER_REPORTS_BUCKET": "reports",
            "OUTRIDER_STATE_BUCKET": "state",
            "OUTRIDER_BUS_NAME": "outrider",
        },
        event={},
    ),
)
"""All of them; a new one is one entry."""
