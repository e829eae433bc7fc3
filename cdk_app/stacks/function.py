"""One function with its role, log group and settings; and one queue with its dead letters."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.settings import Settings
from cdk_app.stacks import nag
from cdk_app.stacks.core import Core
from cdk_app.stacks.grants import Grant
from cdk_app.stacks.packages import Packages
from cdk_app.stacks.permissions import PERMISSIONS

MAX_RECEIVES = 5
"""Attempts before a message goes to the dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a function is."""

    handler: str
    memory: int
    """MiB; 1,769 is one processor."""
    timeout: int
    """Seconds."""
    concurrency: int
    """Reserved: neither starved by others nor able to starve them."""
    storage: int = 512
    """MiB of /tmp."""


SIZES = {
    "ScanFunction": Size(handler="scanner_lambda.scan.handler", memory=1769, timeout=900, concurrency=10),
    "SweepFunction": Size(handler="scanner_lambda.sweep.handler", memory=512, timeout=900, concurrency=1),
    "DatabaseFunction": Size(
        handler="scanner_lambda.database.handler", memory=3008, timeout=900, concurrency=1, storage=4096
    ),
    "RematchFunction": Size(
        handler="scanner_lambda.rematch.handler", memory=1769, timeout=900, concurrency=5
    ),
    "InjectorFunction": Size(
        handler="cdk_app.functions.injector.handler.handler", memory=512, timeout=300, concurrency=2
    ),
    "ReporterFunction": Size(
        handler="cdk_app.functions.reporter.handler.handler", memory=512, timeout=60, concurrency=10
    ),
    "StagesFunction": Size(
        handler="cdk_app.functions.reporter.staging.handler.handler", memory=512, timeout=300, concurrency=2
    ),
}
"""Function id → its size."""


EVENTS = "outrider-events"
"""Name of the events queue: sidecars of tasks, and who injects them, know it before it is made."""


def events_queue(scope: Construct) -> str:
    """URL of the events queue of this account and region."""
    stack = cdk.Stack.of(scope)
    return f"https://sqs.{stack.region}.{stack.url_suffix}/{stack.account}/{EVENTS}"


class Queue(Construct):
    """A queue and its dead letters, encrypted, TLS only; visible again after six timeouts."""

    def __init__(
        self, scope: Construct, name: str, core: Core, function: str, *, named: str | None = None
    ) -> None:
        super().__init__(scope, name)
        self.dead = sqs.Queue(
            self,
            "Dead",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=core.key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=named,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=core.key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(4),
            visibility_timeout=cdk.Duration.seconds(6 * SIZES[function].timeout),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=MAX_RECEIVES),
        )

    def feed(self, function: lambda_.Function, *, batch: int, concurrency: int) -> None:
        """Messages of the queue start the function; what fails comes back alone."""
        lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            function_name=function.function_arn,
            event_source_arn=self.queue.queue_arn,
            batch_size=batch,
            maximum_batching_window_in_seconds=5 if batch > 10 else 0,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(
                maximum_concurrency=max(2, concurrency)
            ),
        )


def function(
    scope: Construct,
    name: str,
    core: Core,
    settings: Settings,
    packages: Packages,
    *,
    environment: Mapping[str, str],
    names: Mapping[str, str],
    more: tuple[Grant, ...] = (),
    role_name: str | None = None,
) -> lambda_.Function:
    """The function `name` of SIZES, with exactly the rights of PERMISSIONS and `more`.

    `role_name`: of its role, where other accounts must know it; else CloudFormation makes one up.
    """
    size = SIZES[name]
    stack = cdk.Stack.of(scope)
    group = logs.LogGroup(
        scope,
        f"{name}Logs",
        log_group_name=f"/outrider/{cdk.Aws.STACK_NAME}/{name}",
        retention=_retention(settings.log_days),
        encryption_key=core.key,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    own_logs = (
        f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:"
        f"/outrider/{cdk.Aws.STACK_NAME}/{name}"
    )
    slots = core.names() | dict(names) | place(stack) | {"own_logs": own_logs, "stack": cdk.Aws.STACK_NAME}
    grants = (*PERMISSIONS[name], *more)
    role = iam.Role(
        scope,
        f"{name}Role",
        role_name=role_name,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={
            name: iam.PolicyDocument(
                statements=[statement(grant, slots) for grant in grants],
                minimize=False,
            )
        },
    )
    nag.role(role, grants, slots, core.names(), core.key.stack)
    concurrency = settings.scan_concurrency if name == "ScanFunction" else size.concurrency
    made = lambda_.Function(
        scope,
        name,
        runtime=lambda_.Runtime.PYTHON_3_12,
        architecture=lambda_.Architecture.ARM_64,
        code=packages.function(scope, name),
        handler=size.handler,
        role=role.without_policy_updates(),
        memory_size=size.memory,
        timeout=cdk.Duration.seconds(size.timeout),
        ephemeral_storage_size=cdk.Size.mebibytes(size.storage),
        reserved_concurrent_executions=concurrency,
        tracing=lambda_.Tracing.ACTIVE,
        logging_format=lambda_.LoggingFormat.JSON,
        log_group=group,
        environment_encryption=core.key,
        environment=core.environment()
        | {"POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_METRICS_NAMESPACE": "Outrider"}
        | dict(environment),
    )
    nag.function(made)
    cdk.Tags.of(made).add("outrider", "skip")  # the injector leaves our own functions alone
    return made


def statement(grant: Grant, slots: Mapping[str, str]) -> iam.PolicyStatement:
    """One grant as a statement, its names filled in."""
    conditions: dict[str, dict[str, str]] = {}
    for operator, key, value in grant.condition:
        conditions.setdefault(operator, {})[key] = value.format_map(slots)
    return iam.PolicyStatement(
        sid=grant.sid,
        actions=list(grant.actions),
        resources=[resource.format_map(slots) for resource in grant.resources],
        conditions=conditions or None,
    )


def place(stack: cdk.Stack) -> dict[str, str]:
    """Names of where a stack is, as grants use them."""
    return {"partition": stack.partition, "region": stack.region, "account": stack.account}


def _retention(days: int) -> logs.RetentionDays:
    """CDK names the numbers it knows."""
    named = {
        1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH",
        60: "TWO_MONTHS", 90: "THREE_MONTHS", 120: "FOUR_MONTHS", 150: "FIVE_MONTHS", 180: "SIX_MONTHS",
        365: "ONE_YEAR", 400: "THIRTEEN_MONTHS", 545: "EIGHTEEN_MONTHS", 731: "TWO_YEARS",
        1827: "FIVE_YEARS", 3653: "TEN_YEARS",
    }  # fmt: skip
    return logs.RetentionDays[named[days]]
