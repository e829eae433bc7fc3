"""What the hub and its members must agree on: names of roles, known before either is deployed."""

import aws_cdk as cdk
from constructs import Construct

from cdk_app.stacks.grants import Grant

MEMBER_ROLE = "OutriderMember"
"""Name of the role in a member. Roles have no region: one account is a member once."""

LOOKING = {"ScanFunction": "OutriderScan", "SweepFunction": "OutriderSweep"}
"""Function of the hub that takes a member's role → how the name of its own role begins."""


def name_of(function: str, scope: Construct) -> str:
    """Name of the role of one of LOOKING; its region is in it, so that each region may have its hub."""
    return f"{LOOKING[function]}-{cdk.Stack.of(scope).region}"


def grant(accounts: tuple[str, ...]) -> Grant:
    """The right to take the role in each of these accounts, and no other."""
    return Grant(
        sid="Members",
        reason="images and functions of members are read with the role that the stack Member makes there",
        actions=("sts:AssumeRole",),
        resources=tuple(f"arn:{{partition}}:iam::{account}:role/{MEMBER_ROLE}" for account in accounts),
    )


def environment(accounts: tuple[str, ...]) -> dict[str, str]:
    """Settings of the functions in LOOKING."""
    return {"OUTRIDER_MEMBER_ACCOUNTS": ",".join(accounts), "OUTRIDER_MEMBER_ROLE": MEMBER_ROLE}
