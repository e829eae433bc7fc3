"""Core: the key, buckets, tables, bus and topic that all other parts share."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_app.settings import Settings
from cdk_app.stacks import choices

KEY_SERVICES = ("events.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com")
"""AWS services that write into encrypted queues and the topic in this account's name."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the CONTRACT of the functions: its keys and the attribute that ends a row's life."""

    partition: str
    sort: str
    expires: str


TABLES = {
    "Scans": Table("pk", "sk", "expires"),
    "Idempotency": Table("id", "", "expiration"),
    "Outcomes": Table("subject", "sk", "expires"),
    "Models": Table("workload", "sk", "expires"),
}


class Core(Construct):
    """What outlives every deployment: it is kept when the stack is deleted."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Core")
        self.key = _key(self, settings)
        self.logs_bucket = _bucket(self, "AccessLogs", settings.report_days, None, None)
        self.state_bucket = _bucket(self, "State", settings.report_days, self.key, self.logs_bucket)
        self.reports_bucket = _bucket(self, "Reports", settings.report_days, self.key, self.logs_bucket)
        self.tables = {name: _table(self, name, table, self.key) for name, table in TABLES.items()}
        self.bus = events.EventBus(self, "Bus", event_bus_name="outrider")
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        if settings.alarm_email:
            email = sns.CfnSubscription(
                self, "Email", topic_arn=self.topic.topic_arn, protocol="email", endpoint=settings.alarm_email
            )
            choices.only_where(settings.alarm_email, email)
        if settings.members:
            _members(self, self.bus, settings)

    def environment(self) -> dict[str, str]:
        """Settings that every function gets."""
        tables = {f"OUTRIDER_{name.upper()}_TABLE": table.table_name for name, table in self.tables.items()}
        return tables | {
            "OUTRIDER_STATE_BUCKET": self.state_bucket.bucket_name,
            "OUTRIDER_REPORTS_BUCKET": self.reports_bucket.bucket_name,
            "OUTRIDER_BUS_NAME": self.bus.event_bus_name,
            "OUTRIDER_TOPIC_ARN": self.topic.topic_arn,
        }

    @property
    def programs(self) -> str:
        """Where lists of images' programs lie, as `outrider patch --programs` takes it."""
        return f"s3://{self.state_bucket.bucket_name}/programs/{{digest}}"

    def names(self) -> dict[str, str]:
        """Name in `permissions.PERMISSIONS` → ARN."""
        return {f"{name.lower()}_table": table.table_arn for name, table in self.tables.items()} | {
            "key": self.key.key_arn,
            "state_bucket": self.state_bucket.bucket_arn,
            "reports_bucket": self.reports_bucket.bucket_arn,
            "bus": self.bus.event_bus_arn,
            "topic": self.topic.topic_arn,
        }


def _key(scope: Construct, settings: Settings) -> kms.Key:
    """The one key. Its policy names the services, so that no other stack has to change it."""
    stack = cdk.Stack.of(scope)
    key = kms.Key(
        scope,
        "Key",
        description="Outrider: state, reports, queues, logs",
        enable_key_rotation=True,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="Services",
            principals=[iam.ServicePrincipal(service) for service in KEY_SERVICES],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],  # in a key's policy: this key
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        )
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="Logs",
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
            actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": (
                        f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:/outrider/*"
                    )
                }
            },
        )
    )
    if settings.task_events == "queue":
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="TaskEvents",
                principals=[iam.AnyPrincipal()],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={
                    "StringEquals": {
                        "kms:CallerAccount": stack.account,
                        "kms:ViaService": f"sqs.{stack.region}.amazonaws.com",
                    }
                },
            )
        )
    return key


def _bucket(scope: Construct, name: str, days: int, key: kms.Key | None, logs: s3.Bucket | None) -> s3.Bucket:
    """Private, TLS only, versioned; what is no longer current goes after `days`."""
    everything = name != "State"
    return s3.Bucket(
        scope,
        name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=bool(key),
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        server_access_logs_bucket=logs,
        server_access_logs_prefix=f"{name.lower()}/" if logs else None,
        removal_policy=cdk.RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(
                abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                noncurrent_version_expiration=cdk.Duration.days(30),
                # State has no age: the inventory of a layer that is still used may be years old.
                expiration=cdk.Duration.days(days) if everything else None,
            )
        ],
    )


def _table(scope: Construct, name: str, table: Table, key: kms.Key) -> dynamodb.Table:
    """On demand, with point-in-time recovery, under our key."""
    string = dynamodb.AttributeType.STRING
    return dynamodb.Table(
        scope,
        name,
        partition_key=dynamodb.Attribute(name=table.partition, type=string),
        sort_key=dynamodb.Attribute(name=table.sort, type=string) if table.sort else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute=table.expires,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )


def _members(scope: Construct, bus: events.EventBus, settings: Settings) -> None:
    """Members by number may put events on our bus, nobody else. What they put there is up to them: each rule
    of the bus says whose events it takes."""
    partition = cdk.Stack.of(scope).partition
    organization = {"StringEquals": {"aws:PrincipalOrgID": settings.organization}}
    events.CfnEventBusPolicy(
        scope,
        "Members",
        event_bus_name=bus.event_bus_name,
        statement_id="members",
        statement={
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:{partition}:iam::{account}:root" for account in settings.members]},
            "Action": "events:PutEvents",
            "Resource": bus.event_bus_arn,
            **({"Condition": organization} if settings.organization else {}),
        },
    )
