"""Member: what another account needs for the hub to look after it: events forwarded, a role to read with."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app import patterns
from cdk_app.settings import Settings
from cdk_app.stacks import members, nag
from cdk_app.stacks.function import place, statement
from cdk_app.stacks.permissions import MEMBER

HUB_BUS = "outrider"


class Member(Construct):
    """Rules and two roles: EventBridge alone takes the one, to put events on the hub's bus; the hub's scan
    and sweep alone the other, to read."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Member")
        stack = cdk.Stack.of(self)
        bus = f"arn:{stack.partition}:events:{stack.region}:{settings.hub}:event-bus/{HUB_BUS}"
        forward = iam.Role(
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
        for name, pattern in patterns.SCAN.items():
            events.CfnRule(
                self,
                name,
                event_pattern=patterns.of(pattern, [stack.account]),
                targets=[events.CfnRule.TargetProperty(arn=bus, id="Hub", role_arn=forward.role_arn)],
            )
        self.role = _role(self, settings)


def _role(scope: Construct, settings: Settings) -> iam.Role:
    """The role that the hub's scan and sweep take."""
    stack = cdk.Stack.of(scope)
    slots = place(stack)
    made = iam.Role(
        scope,
        "Role",
        role_name=members.MEMBER_ROLE,
        description=f"Outrider in {settings.hub} reads images and functions",
        assumed_by=_hub(scope, settings),
        inline_policies={
            members.MEMBER_ROLE: iam.PolicyDocument(
                statements=[statement(grant, slots) for grant in MEMBER], minimize=False
            )
        },
    )
    nag.role(made, MEMBER, slots, (), stack)
    return made


def _hub(scope: Construct, settings: Settings) -> iam.PrincipalBase:
    """The hub's two roles, by name and in full.

    As a condition under the account, not as principals: IAM would turn those into ids of roles, which must be
    there before this stack, and are others when the hub is deployed anew. No external id: it protects a
    caller to whom anybody may give any role to take; ours takes those of its own list.
    """
    stack = cdk.Stack.of(scope)
    roles = [
        f"arn:{stack.partition}:iam::{settings.hub}:role/{members.name_of(function, scope)}"
        for function in members.LOOKING
    ]
    conditions: dict[str, object] = {"ArnEquals": {"aws:PrincipalArn": roles}}
    if settings.organization:
        conditions["StringEquals"] = {"aws:PrincipalOrgID": settings.organization}
    return iam.AccountPrincipal(settings.hub).with_conditions(conditions)
