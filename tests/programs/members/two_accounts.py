"""A hub and a member in one moto, as the CDK app's templates make them.

The role in the member, its trust, the names of the hub's roles, the functions' settings and the rules'
patterns are those of the synthesised templates. moto keeps the state of accounts apart by credentials.
Stand-ins where it cannot follow: STS (trust policies), ECR (one registry an account, told apart by who
signed), Lambda's packages (demo/account), and the way of an event from bus to bus, which moto would deliver
under the receiver's account.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import aws_cdk as cdk
import boto3
from aws_cdk import assertions
from botocore.client import BaseClient
from moto.events.models import EventPattern

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from demo.account import cloud as clouds
from demo.account.cloud import ACCOUNT as HUB
from demo.account.cloud import REGION, Cloud
from demo.account.ecr import Ecr
from demo.account.front import Answer, Asked, serving
from scanner_lambda import scan, sweep
from tests.programs.cdk_app import iam_checker
from tests.programs.cdk_app.iam_checker import Checker, statements
from tests.programs.cdk_app.resolved import resolved
from tests.programs.chaos.rights import NAMED
from tests.programs.members.trusting_sts import TrustingSts

MEMBER, STRANGER = "111122223333", "444455556666"
ORGANIZATION = "o-abcdefghij"
ROLE = f"arn:aws:iam::{MEMBER}:role/OutriderMember"
HANDLERS: dict[str, Callable[..., Any]] = {"ScanFunction": scan.handler, "SweepFunction": sweep.handler}
Template = dict[str, Any]
_HUBS = Settings(members=(MEMBER,), organization=ORGANIZATION)
_MEMBERS = Settings(hub=HUB, organization=ORGANIZATION)


@cache
def templates() -> tuple[Template, Template]:
    """Scanner of the hub, Member of the member."""
    return _template(_HUBS, "Scanner", HUB), _template(_MEMBERS, "Member", MEMBER)


def _template(settings: Settings, name: str, account: str) -> Template:
    made = stacks(cdk.App(context=FLAGS), settings, Bundled(Stub()))[name]
    found: Template = resolved(dict(assertions.Template.from_stack(made).to_json()), account, REGION)
    return found


def _of_kind(template: Template, kind: str) -> Iterator[dict[str, Any]]:
    return (one["Properties"] for one in template["Resources"].values() if one["Type"] == kind)


@dataclass
class Accounts:
    """Both, under way."""

    hub: Cloud
    ecr: Ecr
    """The member's."""
    sts: TrustingSts

    def client(self, service: str, role: str = f"arn:aws:iam::{MEMBER}:role/Somebody") -> Any:
        """A client of somebody in the member, or of a role's."""
        return self._session(role).client(service)  # type: ignore[call-overload]

    def _session(self, role: str) -> boto3.Session:
        """A session of a role; moto asks nobody whether it may be taken."""
        sts = boto3.client("sts", endpoint_url=self.hub.moto)
        found = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        self.sts.holders[found["AccessKeyId"]] = role
        return boto3.Session(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    def function(self, name: str) -> Callable[[dict[str, Any], Any], Any]:
        """The handler of a function of the hub as Lambda starts it: in a new sandbox, with its own role."""
        (role,) = (
            f"arn:aws:iam::{HUB}:role/{one['RoleName']}"
            for one in _of_kind(templates()[0], "AWS::IAM::Role")
            if one["Policies"][0]["PolicyName"] == name
        )
        credentials = self._session(role).get_credentials()
        assert credentials is not None
        variables = {
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": str(credentials.token),
        }
        said = next(
            one["Environment"]["Variables"]
            for one in _of_kind(templates()[0], "AWS::Lambda::Function")
            if one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == name
        )
        members = {key: value for key, value in said.items() if key.startswith("OUTRIDER_MEMBER_")}
        scan._program.cache_clear()

        def call(event: dict[str, Any], context: Any) -> Any:
            with clouds.environment({**os.environ, **variables, **members}):
                return HANDLERS[name](event, context)

        return call

    def happened(self, source: str, kind: str, detail: Mapping[str, Any], account: str = MEMBER) -> bool:
        """An event of an account, brought by the member's rules and then the hub's; whether it arrived."""
        event = {
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": kind,
            "source": source,
            "account": account,
            "time": "2026-11-28T00:00:00Z",
            "region": REGION,
            "resources": [],
            "detail": dict(detail),
        }
        hub, member = templates()
        sent = any(_matches(one, event) for one in _of_kind(member, "AWS::Events::Rule"))
        ours = (one for one in _of_kind(hub, "AWS::Events::Rule") if "EventBusName" in one)
        arrived = sent and any(_matches(one, event) for one in ours)
        if arrived:
            self.send(event)
        return arrived

    def send(self, event: Mapping[str, Any]) -> None:
        """Put an event on the jobs queue."""
        self.hub.client("sqs").send_message(QueueUrl=self.hub.queues["jobs"], MessageBody=json.dumps(event))

    def told(self) -> list[dict[str, Any]]:
        """Envelopes that came over the hub's bus."""
        sqs, found = self.hub.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.hub.queues["heard"], MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for one in messages:
                found.append(json.loads(one["Body"])["detail"])
                sqs.delete_message(QueueUrl=self.hub.queues["heard"], ReceiptHandle=one["ReceiptHandle"])
        return found


def _matches(rule: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    pattern = EventPattern(None, dict(rule["EventPattern"]))
    return bool(pattern.matches_event(event))  # type: ignore[arg-type]


@contextmanager
def door(hub: Cloud, member: Ecr, sts: TrustingSts) -> Iterator[str]:
    """ECR of whoever signed; downloads go to each registry itself."""

    def answer(asked: Asked) -> Answer:
        theirs = sts.holder(asked).split(":")[4:5] == [MEMBER]
        return (member if theirs else hub.ecr).answer(asked)

    with serving(answer) as url:
        yield url


@contextmanager
def watching(checkers: Mapping[str, Checker], sts: TrustingSts) -> Iterator[None]:
    """Every call meanwhile needs a right of the role that makes it: account → its checker."""
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        key = client._request_signer._credentials.access_key  # type: ignore[attr-defined]
        if holder := sts.holders.get(key, ""):
            model = client.meta.service_model
            checkers[holder.split(":")[4]].check(model.signing_name, operation, parameters)
        return original(client, operation, parameters)

    BaseClient._make_api_call = checked  # type: ignore[attr-defined]
    try:
        yield
    finally:
        BaseClient._make_api_call = original  # type: ignore[attr-defined]


def trust(account: str = MEMBER) -> dict[str, Mapping[str, Any]]:
    """The role of the Member stack, as it is in an account, with its trust policy."""
    (made,) = (
        one for one in _of_kind(templates()[1], "AWS::IAM::Role") if one.get("RoleName") == "OutriderMember"
    )
    return {ROLE.replace(MEMBER, account): made["AssumeRolePolicyDocument"]}


def checker(function: str) -> Checker:
    """For a function of the hub, or `OutriderMember`."""
    if function == "OutriderMember":
        return Checker(statements(templates()[1], function), account=MEMBER)
    made = stacks(cdk.App(context=FLAGS), _HUBS, Bundled(Stub()))
    core, own = (assertions.Template.from_stack(made[name]).to_json() for name in ("Core", "Scanner"))
    return Checker(iam_checker.resolved(statements(own, function), core, NAMED))
