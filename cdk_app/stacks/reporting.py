"""Reporting: events, findings and outcomes go where people look; a dashboard and alarms watch ourselves."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_app import patterns
from cdk_app.settings import Settings
from cdk_app.stacks import choices, events
from cdk_app.stacks.core import Core
from cdk_app.stacks.function import EVENTS, SIZES, Queue, function, statement
from cdk_app.stacks.packages import Packages
from cdk_app.stacks.permissions import SECURITY_HUB
from outrider.report import ocsf_table

OURS = {"source": ["outrider"], "detail-type": [{"prefix": "Outrider "}]}
"""What the scanner and the injector put on our bus."""
MAX_DATABASE_DAYS = 2
MAX_QUEUE_HOURS = 1


class Reporting(Construct):
    """A queue, a function, and what watches all of them."""

    def __init__(self, scope: Construct, core: Core, settings: Settings, packages: Packages) -> None:
        super().__init__(scope, "Reporting")
        self.core = core
        self.mirror = settings.database_mirror
        self.queue = Queue(self, "Events", core, "ReporterFunction", named=EVENTS)
        self.function = function(
            self,
            "ReporterFunction",
            core,
            settings,
            packages,
            environment={
                "OUTRIDER_EVENTS_QUEUE_URL": self.queue.queue.queue_url,
                "OUTRIDER_SECURITY_HUB": settings.security_hub,
            },
            names={"events_queue": self.queue.queue.queue_arn},
            more=(SECURITY_HUB,) if settings.security_hub == "true" else (),
        )
        if settings.task_events == "queue":
            self.queue.queue.add_to_resource_policy(_of_the_account(self, "sqs:SendMessage"))
        self.queue.feed(self.function, batch=100, concurrency=SIZES["ReporterFunction"].concurrency)
        stack = cdk.Stack.of(self)
        told = patterns.of(OURS, [stack.account])  # members may put events on our bus, too: not these
        events.rule(self, "Told", told, queue=self.queue.queue, dead=self.queue.dead, bus=core.bus)
        if cdk.Token.is_unresolved(settings.security_hub):
            _security_hub(self, self.function, settings.security_hub)
        self.function.add_permission(
            "Logs",
            principal=iam.ServicePrincipal("logs.amazonaws.com"),
            source_account=stack.account,
            source_arn=f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:*",
        )
        _athena(self, core)

    def watch(self, functions: Sequence[lambda_.Function], queues: Sequence[Queue]) -> None:
        """Alarms to the topic, and one dashboard."""
        every = (*functions, self.function)
        fed = (*queues, self.queue)
        for made in every:
            self._alarm(f"{made.node.id}Errors", made.metric_errors(period=_FIVE), 0, "invocations failed")
            self._alarm(f"{made.node.id}Throttles", made.metric_throttles(period=_FIVE), 0, "was throttled")
        for queue in fed:
            name = f"{queue.node.scope.node.id if queue.node.scope else ''}{queue.node.id}"
            self._alarm(
                f"{name}Dead",
                queue.dead.metric_approximate_number_of_messages_visible(period=_FIVE, statistic="Maximum"),
                0,
                "messages could not be handled: read them, then redrive",
            )
            self._alarm(
                f"{name}Age",
                queue.queue.metric_approximate_age_of_oldest_message(period=_FIVE, statistic="Maximum"),
                MAX_QUEUE_HOURS * 3600,
                "work waits too long",
            )
        if self.mirror:  # without one no database is built here, and an alarm would never be silent
            aged = self._alarm(
                "DatabaseAge",
                DATABASE_AGE,
                MAX_DATABASE_DAYS,
                "the advisory database is old: see DatabaseFunction",
                missing=cloudwatch.TreatMissingData.BREACHING,
                periods=2,
            )
            choices.only_where(self.mirror, aged)
        self._dashboard(every, fed)

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        words: str,
        *,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
        periods: int = 1,
    ) -> cloudwatch.CfnAlarm:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=missing,
            alarm_description=f"Outrider: {words}",
        )
        alarm.add_alarm_action(actions.SnsAction(self.core.topic))
        made = alarm.node.default_child
        assert isinstance(made, cloudwatch.CfnAlarm)  # noqa: S101 - for mypy: CDK's type is wider
        return made

    def _dashboard(self, functions: Sequence[lambda_.Function], queues: Sequence[Queue]) -> None:
        def graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
            return cloudwatch.GraphWidget(title=title, left=list(metrics), width=12)

        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [
                    graph("Errors", *(made.metric_errors() for made in functions)),
                    graph("Duration", *(made.metric_duration() for made in functions)),
                ],
                [
                    graph(
                        "Waiting", *(q.queue.metric_approximate_number_of_messages_visible() for q in queues)
                    ),
                    graph(
                        "Dead letters",
                        *(q.dead.metric_approximate_number_of_messages_visible() for q in queues),
                    ),
                ],
                [graph("Age of the advisory database, days", DATABASE_AGE)],
            ],
        )


_FIVE = cdk.Duration.minutes(5)
DATABASE_AGE = cloudwatch.Metric(
    namespace="Outrider",
    metric_name="DatabaseAgeDays",
    dimensions_map={"service": "DatabaseFunction"},
    statistic="Maximum",
    period=cdk.Duration.hours(12),
)
"""EMF of DatabaseFunction: days since the newest advisory of the database that is in force."""


def _of_the_account(scope: Construct, action: str) -> iam.PolicyStatement:
    """Every role of the account may: sidecars have those of their tasks, which are not known here."""
    return iam.PolicyStatement(
        sid="Tasks",
        principals=[iam.AnyPrincipal()],
        actions=[action],
        resources=["*"],  # in a queue's policy: this queue
        conditions={"StringEquals": {"aws:PrincipalAccount": cdk.Stack.of(scope).account}},
    )


def _security_hub(scope: Construct, made: lambda_.Function, asked: str) -> None:
    """The right to import findings, where a deployment asks for it."""
    stack = cdk.Stack.of(scope)
    place = {"partition": stack.partition, "region": stack.region, "account": stack.account}
    policy = iam.CfnPolicy(
        scope,
        "SecurityHub",
        policy_name="SecurityHub",
        policy_document=iam.PolicyDocument(statements=[statement(SECURITY_HUB, place)]),
        roles=[made.role.role_name] if made.role else [],
    )
    choices.only_where(asked, policy, no="false")


def _athena(scope: Construct, core: Core) -> None:
    """A table over `ocsf/`: JSON lines, partitions by projection, so that no crawler is needed."""
    stack = cdk.Stack.of(scope)
    database = glue.CfnDatabase(
        scope,
        "Glue",
        catalog_id=stack.account,
        database_input=glue.CfnDatabase.DatabaseInputProperty(name="outrider"),
    )
    location = f"s3://{core.reports_bucket.bucket_name}/ocsf/"
    column = glue.CfnTable.ColumnProperty
    table = glue.CfnTable(
        scope,
        "Ocsf",
        catalog_id=stack.account,
        database_name="outrider",
        table_input=glue.CfnTable.TableInputProperty(
            name="ocsf",
            table_type="EXTERNAL_TABLE",
            partition_keys=[column(name=name, type="string") for name in ocsf_table.PARTITIONS],
            parameters={
                "classification": "json",
                **ocsf_table.PROJECTION,
                "storage.location.template": location + ocsf_table.PLACE,
            },
            storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                location=location,
                columns=[column(name=name, type=kind) for name, kind in ocsf_table.COLUMNS],
                input_format="org.apache.hadoop.mapred.TextInputFormat",
                output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                serde_info=glue.CfnTable.SerdeInfoProperty(serialization_library=ocsf_table.SERDE),
            ),
        ),
    )
    table.add_resource_dependency(database)
