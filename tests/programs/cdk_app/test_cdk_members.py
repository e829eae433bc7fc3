"""Hub and members as they are synthesised: who may take which role, whose events are taken, and limits."""

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from cdk_app import patterns
from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import MAX_MEMBERS, Settings
from cdk_app.stacks.members import LOOKING
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import MEMBER, PERMISSIONS, READS
from tests.programs.cdk_app.iam_checker import statements
from tests.programs.cdk_app.resolved import resolved

HUB, MEMBERS = "999999999999", tuple(f"{number:012}" for number in range(1, MAX_MEMBERS + 1))
REGION, ORGANIZATION = "eu-central-1", "o-abcdefghij"
SCAN = f"arn:aws:iam::{HUB}:role/OutriderScan-{REGION}"
SWEEP = f"arn:aws:iam::{HUB}:role/OutriderSweep-{REGION}"
Templates = dict[str, dict[str, Any]]


def synthesised(settings: Settings, account: str) -> Templates:
    made = stacks(cdk.App(context=FLAGS), settings, Bundled(Stub()))
    return {
        name: resolved(dict(assertions.Template.from_stack(stack).to_json()), account, REGION)
        for name, stack in made.items()
    }


@pytest.fixture(scope="module")
def hub() -> Templates:
    return synthesised(Settings(members=MEMBERS, organization=ORGANIZATION), HUB)


@pytest.fixture(scope="module")
def member() -> dict[str, Any]:
    return synthesised(Settings(hub=HUB, organization=ORGANIZATION), MEMBERS[0])["Member"]


def of_kind(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {n: r["Properties"] for n, r in template["Resources"].items() if r["Type"] == kind}


def role(template: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in of_kind(template, "AWS::IAM::Role").values() if one.get("RoleName") == name]
    return found


def test_the_members_role_is_taken_by_the_hubs_two_roles_and_nobody_else(member: dict[str, Any]) -> None:
    (trust,) = role(member, "OutriderMember")["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": [SCAN, SWEEP]},
            "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
        },
    }


def test_those_are_the_names_that_the_hub_gives_its_roles(hub: Templates) -> None:
    named = {
        f"arn:aws:iam::{HUB}:role/{one['RoleName']}": one["Policies"][0]["PolicyName"]
        for one in of_kind(hub["Scanner"], "AWS::IAM::Role").values()
        if "RoleName" in one
    }
    assert named == {SCAN: "ScanFunction", SWEEP: "SweepFunction"}
    assert LOOKING.keys() == READS.keys() == set(named.values())


def test_the_members_role_reads_what_scan_and_sweep_read_at_home(
    member: dict[str, Any], hub: Templates
) -> None:
    here = statements(member, "OutriderMember")
    at_home = [one for function in LOOKING for one in statements(hub["Scanner"], function)]
    assert {one["Sid"] for one in here} == {grant.sid for grant in MEMBER}
    assert len(here) == len(MEMBER)
    for one in here:
        assert json.loads(json.dumps(one).replace(MEMBERS[0], HUB)) in at_home
    for function, grants in READS.items():
        assert set(grants) <= set(PERMISSIONS[function])
    reading = ("BatchGet", "Describe", "Get", "List", "Decrypt")
    assert all(action.split(":")[1].startswith(reading) for grant in MEMBER for action in grant.actions)


def test_scan_and_sweep_alone_take_exactly_the_members_roles(hub: Templates) -> None:
    for function in PERMISSIONS:
        if function not in ("InjectorFunction", "ReporterFunction", "StagesFunction"):
            found = [one for one in statements(hub["Scanner"], function) if one["Sid"] == "Members"]
            wanted = [f"arn:aws:iam::{account}:role/OutriderMember" for account in MEMBERS]
            assert [one["Resource"] for one in found] == ([wanted] if function in LOOKING else [])
            assert all(one["Action"] == "sts:AssumeRole" for one in found)
    for name, one in of_kind(hub["Scanner"], "AWS::Lambda::Function").items():
        variables = one["Environment"]["Variables"]
        looking = any(function in name for function in LOOKING)
        assert variables.get("OUTRIDER_MEMBER_ACCOUNTS") == (",".join(MEMBERS) if looking else None)
        assert variables.get("OUTRIDER_MEMBER_ROLE") == ("OutriderMember" if looking else None)


def test_without_members_nothing_of_it_is_there() -> None:
    alone = synthesised(Settings(), HUB)
    assert "OutriderMember" not in json.dumps(alone)
    assert not of_kind(alone["Core"], "AWS::Events::EventBusPolicy")
    assert not any("RoleName" in one for one in of_kind(alone["Scanner"], "AWS::IAM::Role").values())


def test_each_rule_says_whose_events_it_takes(hub: Templates, member: dict[str, Any]) -> None:
    rules = {**of_kind(hub["Scanner"], "AWS::Events::Rule"), **of_kind(hub["Reporting"], "AWS::Events::Rule")}
    led = [one for one in rules.values() if "EventPattern" in one]
    assert len(led) == 2 * len(patterns.SCAN) + 1
    for one in led:
        forwarded = "EventBusName" in one and one["EventPattern"]["source"] != ["outrider"]
        assert one["EventPattern"]["account"] == (list(MEMBERS) if forwarded else [HUB])
    for one in of_kind(member, "AWS::Events::Rule").values():
        assert one["EventPattern"]["account"] == [MEMBERS[0]]


def test_hub_and_member_have_the_same_patterns(hub: Templates, member: dict[str, Any]) -> None:
    def of(template: dict[str, Any]) -> list[str]:
        led = [
            one["EventPattern"]
            for one in of_kind(template, "AWS::Events::Rule").values()
            if "EventPattern" in one
        ]
        return sorted(json.dumps({**one, "account": []}) for one in led)

    wanted = sorted(json.dumps({**one, "account": []}) for one in patterns.SCAN.values())
    assert of(member) == wanted
    assert of(hub["Scanner"]) == sorted(2 * wanted)


def test_the_bus_is_open_to_members_of_the_organization(hub: Templates) -> None:
    (policy,) = of_kind(hub["Core"], "AWS::Events::EventBusPolicy").values()
    said = policy["Statement"]
    assert said["Principal"] == {"AWS": [f"arn:aws:iam::{account}:root" for account in MEMBERS]}
    assert said["Action"] == "events:PutEvents"
    assert said["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}


def test_the_most_members_fit_into_what_aws_takes(hub: Templates) -> None:
    for one in of_kind(hub["Scanner"], "AWS::IAM::Role").values():
        assert len(json.dumps(one["Policies"], separators=(",", ":"))) < 10_240
    for one in of_kind(hub["Scanner"], "AWS::Events::Rule").values():
        assert len(json.dumps(one.get("EventPattern", {}))) < 4096
    for one in of_kind(hub["Scanner"], "AWS::Lambda::Function").values():
        assert len(json.dumps(one["Environment"]["Variables"])) < 4096
    (policy,) = of_kind(hub["Core"], "AWS::Events::EventBusPolicy").values()
    assert len(json.dumps(policy["Statement"])) < 10_240
