"""The one-file template, deployed into moto's server: what moto's CloudFormation makes of it.

moto knows no policies of buckets, queues and topics, no subscriptions, alarms and Glue here (UNKNOWN). It
names a repository as CloudFormation never would, so the test names it; it gives the Ref of an event bus no
value, so the test writes its name; it leaves out tracing, architectures and reserved concurrency.
"""

import ast
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer

from cdk_app import one_file
from cdk_app.bundling import Stub

pytestmark = [pytest.mark.whole, pytest.mark.filterwarnings("ignore:Tried to parse:UserWarning")]
UNKNOWN = {
    "AWS::CloudWatch::Alarm",
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}
PLACE = {"region_name": "us-east-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


class Account:
    """Clients of one moto server."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str) -> Any:
        made: BaseClient = boto3.client(service, endpoint_url=self.endpoint, **PLACE)  # type: ignore[call-overload]
        return made


def for_moto() -> dict[str, Any]:
    """The template without what the head of this file says."""
    template: dict[str, Any] = yaml.safe_load(one_file.TEMPLATE.read_text())
    kinds = {name: resource["Type"] for name, resource in template["Resources"].items()}
    bus = next(name for name, kind in kinds.items() if kind == "AWS::Events::EventBus")
    text = json.dumps(template).replace(json.dumps({"Ref": bus}), '"outrider"')
    template = json.loads(text)
    for name, kind in kinds.items():
        if kind == "AWS::ECR::Repository":
            template["Resources"][name]["Properties"]["RepositoryName"] = "sidecar"
    return template


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = Account(f"http://{host}:{port}")
    deploy(made, tmp_path_factory.mktemp("packages"))
    yield made
    server.stop()


def deploy(account: Account, folder: Path) -> None:
    versions = one_file.packages(Stub(), folder)
    s3 = account.client("s3")
    s3.create_bucket(Bucket="packages")
    for path in folder.rglob("*.zip"):
        s3.put_object(Bucket="packages", Key=f"outrider/{path.relative_to(folder)}", Body=path.read_bytes())
    said = {
        "PackagesBucket": "packages",
        "AlarmEmail": "security@example.com",
        "Mode": "block",
        "SecurityHub": "true",
        **versions,
    }
    account.client("cloudformation").create_stack(
        StackName="guard",
        TemplateBody=json.dumps(for_moto()),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in said.items()],
    )


def test_all_that_moto_knows_is_made(account: Account) -> None:
    client = account.client("cloudformation")
    assert client.describe_stacks(StackName="guard")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    pages = client.get_paginator("list_stack_resources").paginate(StackName="guard")
    listed = [one["ResourceType"] for page in pages for one in page["StackResourceSummaries"]]
    made = Counter(kind for kind in listed if kind)  # what it does not know it lists without a type
    wanted = Counter(resource["Type"] for resource in for_moto()["Resources"].values())
    assert {kind for kind in wanted if not made[kind]} == UNKNOWN
    assert made == Counter({kind: count for kind, count in wanted.items() if kind not in UNKNOWN})


def test_functions_have_their_code_and_the_settings_that_were_chosen(account: Account) -> None:
    functions = account.client("lambda").list_functions()["Functions"]
    variables = {one["Handler"]: one["Environment"]["Variables"] for one in functions}
    assert len(variables) == 7
    stages = variables["cdk_app.functions.reporter.staging.handler.handler"]
    assert (stages["OUTRIDER_PUBLISH"], "OUTRIDER_POLICY_SIGNING_KEY" in stages) == ("false", False)
    injector = variables["cdk_app.functions.injector.handler.handler"]
    assert injector["OUTRIDER_MODE"] == "block"
    assert injector["OUTRIDER_OPT"] == "in"
    assert injector["OUTRIDER_ACT_ON_IAC"] == "false"
    assert variables["cdk_app.functions.reporter.handler.handler"]["OUTRIDER_SECURITY_HUB"] == "true"
    assert injector["OUTRIDER_SIDECAR_IMAGE"].endswith(":0.1.0")  # no image was given: Runtime's repository
    assert {len(json.loads(injector["OUTRIDER_LAYER_ARNS"]))} == {2}
    assert all(one["FunctionName"].startswith("guard-") for one in functions)
    assert all(one["CodeSize"] > 0 for one in functions)


def test_the_role_of_the_sweep_may_start_it_again_under_any_name_of_the_stack(account: Account) -> None:
    sweep = next(
        one
        for one in account.client("lambda").list_functions()["Functions"]
        if "Sweep" in one["FunctionName"]
    )
    role = sweep["Role"].split("/")[-1]
    policy = account.client("iam").get_role_policy(RoleName=role, PolicyName="SweepFunction")
    document = ast.literal_eval(policy["PolicyDocument"])  # moto answers Python's form of it, not JSON
    again = next(one for one in document["Statement"] if one["Sid"] == "Itself")
    assert sweep["FunctionArn"].startswith(again["Resource"].removesuffix("*"))


def test_the_database_is_built_only_where_there_are_feeds(account: Account) -> None:
    rules = account.client("events").list_rules()["Rules"]
    states = {one["ScheduleExpression"]: one["State"] for one in rules if "ScheduleExpression" in one}
    assert states.pop("rate(6 hours)") == "DISABLED"
    assert states == dict.fromkeys(("rate(1 day)", "rate(1 hour)", "rate(15 minutes)"), "ENABLED")


def test_a_zip_that_was_uploaded_is_the_one_that_was_made(account: Account, tmp_path: Path) -> None:
    versions = one_file.packages(Stub(), tmp_path)
    key = f"outrider/functions-{versions[one_file.FUNCTIONS]}/ScanFunction.zip"
    body = account.client("s3").get_object(Bucket="packages", Key=key)["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(body)).read("stub.txt") == b"ScanFunction\n"
