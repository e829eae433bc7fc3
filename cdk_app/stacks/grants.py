"""A statement of a role, and those that several functions have. Who has which: `permissions.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One statement of a function's role."""

    sid: str
    reason: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    """Patterns; `{names}` are ARNs of Core's and of the function's own stack."""
    condition: tuple[tuple[str, str, str], ...] = ()
    """(operator, key, value)."""
    implicit: bool = False
    """AWS uses it on the role's behalf; no call of the function shows it."""


HERE = "{region}:{account}"
ECR = f"arn:{{partition}}:ecr:{HERE}:repository/*"
FUNCTIONS = f"arn:{{partition}}:lambda:{HERE}:function:*"

KEY = Grant(
    sid="Key",
    reason="queues, buckets, tables, logs and the topic are encrypted with Core's key",
    actions=("kms:Decrypt", "kms:GenerateDataKey"),
    resources=("{key}",),
    implicit=True,
)
TRACES = Grant(
    sid="Traces",
    reason="X-Ray's API has no resources",
    actions=("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    resources=("*",),
    implicit=True,
)
LOGS = Grant(
    sid="Logs",
    reason="its own log group, which exists already",
    actions=("logs:CreateLogStream", "logs:PutLogEvents"),
    resources=("{own_logs}:*",),
    implicit=True,
)
BUS = Grant(
    sid="Bus", reason="what happened is told on our bus", actions=("events:PutEvents",), resources=("{bus}",)
)
IDEMPOTENCY = Grant(
    sid="Idempotency",
    reason="messages that come twice are handled once",
    actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
    resources=("{idempotency_table}",),
)
SCANS = Grant(
    sid="Scans",
    reason="state of artifacts and checkpoints",
    actions=(
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:Query",
    ),
    resources=("{scans_table}",),
)
STATE = Grant(
    sid="State",
    reason="inventories, reports, the database and the index",
    actions=("s3:GetObject", "s3:PutObject"),
    resources=("{state_bucket}/*",),
)
STATE_LIST = Grant(
    sid="StateList",
    reason="an object that is not there answers 404, not 403; the index is listed by prefix",
    actions=("s3:ListBucket",),
    resources=("{state_bucket}",),
)


DATABASE_KEY = Grant(
    sid="DatabaseKey",
    reason="the key that must have signed the advisory database",
    actions=("ssm:GetParameter",),
    resources=(f"arn:{{partition}}:ssm:{HERE}:parameter{{database_public_key}}",),
)


def consume(queue: str) -> Grant:
    """Of the function that a queue feeds."""
    return Grant(
        sid="Consume",
        reason="Lambda polls the function's queue with its role",
        actions=("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        resources=(queue,),
        implicit=True,
    )


def send(queue: str, reason: str) -> Grant:
    """Into a queue."""
    return Grant(sid="Send", reason=reason, actions=("sqs:SendMessage",), resources=(queue,))


ALWAYS = (KEY, TRACES, LOGS)
