"""Member: what another account of the organisation needs so that its events reach the hub."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.patterns import SCAN

HUB_BUS = "outrider"


class Member(Construct):
    """A role that only EventBridge takes, only to put events on the hub's bus, and the rules that do it."""

    def __init__(self, scope: Construct, hub: str) -> None:
        super().__init__(scope, "Member")
        stack = cdk.Stack.of(self)
        bus = f"arn:{stack.partition}:events:{stack.region}:{hub}:event-bus/{HUB_BUS}"
        role = iam.Role(
            self,
            "Forward",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
            ),
            inline_policies={
                "Forward": iam.PolicyDocument(
                    statements=[iam.PolicyStatement(actions=["events:PutEvents"], resources=[bus])]
                )
            },
        )
        for name, pattern in SCAN.items():
            events.CfnRule(
                self,
                name,
                event_pattern=dict(pattern),
                targets=[events.CfnRule.TargetProperty(arn=bus, id="Hub", role_arn=role.role_arn)],
            )
