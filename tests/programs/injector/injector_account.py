"""An account in moto's server, what runs in it, and the injector that looks after it.

moto takes task definitions but forgets fields of containers it does not know (`readonlyRootFilesystem`,
`restartPolicy`), so what it describes is never quite what was registered: the injector has to live with that.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import requests
from moto.server import ThreadedMotoServer

from cdk_app.functions.injector import building, handler, settings
from cdk_app.functions.injector.program import Program
from outrider.inject.document import register_form
from outrider.model import envelope

ACCOUNT, REGION = "123456789012", "eu-west-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:outrider-injector"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/outrider-injector"
SIDECAR = f"public.ecr.aws/outrider/sidecar@sha256:{'5' * 64}"
PROTECT = [{"key": "outrider", "value": "protect"}]
PAUSED = "/outrider/paused"


def task_definition(family: str = "shop", **fields: Any) -> dict[str, Any]:
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": "shop", "awslogs-stream-prefix": "web"}}
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "1024",
        "containerDefinitions": [
            {"name": "web", "image": "shop:1", "entryPoint": ["/app"], "logConfiguration": logs}
        ],
        **fields,
    }


class Context:
    """Lambda's context."""

    invoked_function_arn = FUNCTION
    function_name = "outrider-injector"

    def __init__(self, seconds: float = 300) -> None:
        self.left = seconds * 1000

    def get_remaining_time_in_millis(self) -> float:
        return self.left


@dataclass
class Account:
    """The account and its injector."""

    program: Program
    clients: Mapping[str, Any]
    moment: list[float]
    heard_url: str = ""
    errors: list[str] = field(default_factory=list)

    def register(self, document: Mapping[str, Any]) -> str:
        answer = self.clients["ecs"].register_task_definition(**document)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def service(self, name: str = "web", definition: str = "", **fields: Any) -> str:
        request = {"tags": PROTECT, "desiredCount": 1, **fields}
        definition = definition or self.register(task_definition())
        made = self.clients["ecs"].create_service(
            cluster="prod", serviceName=name, taskDefinition=definition, **request
        )
        return str(made["service"]["serviceArn"])

    def runs(self, service: str) -> str:
        found = self.clients["ecs"].describe_services(cluster="prod", services=[service])["services"][0]
        return str(found["taskDefinition"])

    def document(self, arn: str) -> dict[str, Any]:
        return register_form(self.definitions.read(arn)).document

    @property
    def definitions(self) -> Any:
        assert self.program.services is not None
        return self.program.services.definitions.calls

    def revisions(self, family: str = "shop") -> int:
        listed = self.clients["ecs"].list_task_definitions(familyPrefix=family)
        return len(listed["taskDefinitionArns"])

    def function(self, name: str = "checkout", **fields: Any) -> str:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", "def handler(event, context): return 1\n")
        role = f"arn:aws:iam::{ACCOUNT}:role/f"
        made = self.clients["lambda"].create_function(
            FunctionName=name,
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": packed.getvalue()},
            **{
                "Runtime": "python3.13",
                "Environment": {"Variables": {"PASSWORD": "hunter2", "B": ""}},
                **fields,
            },
        )
        return str(made["FunctionArn"])

    def configuration(self, name: str) -> dict[str, Any]:
        found = self.clients["lambda"].get_function_configuration(FunctionName=name)
        layers = [layer["Arn"] for layer in found.get("Layers", [])]
        tags = self.clients["lambda"].list_tags(Resource=found["FunctionArn"])["Tags"]
        return {"variables": found["Environment"]["Variables"], "layers": layers, "tags": tags}

    def latest(self, subject: str) -> dict[str, str]:
        key = {"subject": {"S": subject}, "sk": {"S": "latest"}}
        item = self.clients["dynamodb"].get_item(TableName="outcomes", Key=key).get("Item", {})
        return {name: value["S"] for name, value in item.items() if "S" in value}

    def heard(self) -> list[envelope.Envelope]:
        """What the bus carried since it was asked last."""
        found: list[envelope.Envelope] = []
        sqs = self.clients["sqs"]
        while got := sqs.receive_message(QueueUrl=self.heard_url, MaxNumberOfMessages=10).get("Messages"):
            found += [envelope.read(json.loads(one["Body"])["detail"]) for one in got]
            for one in got:
                sqs.delete_message(QueueUrl=self.heard_url, ReceiptHandle=one["ReceiptHandle"])
        return found

    def batch(self, *messages: Any, seconds: float = 300) -> list[str]:
        """Hand messages to the injector; the numbers of those that come again."""
        records = [
            {"messageId": str(number), "body": one if isinstance(one, str) else json.dumps(one),
             "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
            for number, one in enumerate(messages)
        ]  # fmt: skip
        answer = handler.handle({"Records": records}, Context(seconds), self.program, 20_000)  # type: ignore[arg-type]
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def command(self, *, seconds: float = 300, **said: str) -> dict[str, Any]:
        answer = handler.handle(said, Context(seconds), self.program, 20_000)  # type: ignore[arg-type]
        return dict(answer)


def call(
    name: str, source: str = "ecs", by: str = "arn:aws:iam::123456789012:user/dev", **said: Any
) -> dict[str, Any]:
    """A call that CloudTrail saw."""
    return {
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT,
        "region": REGION,
        "detail": {
            "eventSource": f"{source}.amazonaws.com",
            "eventName": name,
            "userIdentity": {"arn": by},
            "requestParameters": said.get("asked"),
            "responseElements": said.get("answered"),
        },
    }


def service_event(
    arn: str, name: str = "SERVICE_STEADY_STATE", kind: str = "ECS Service Action"
) -> dict[str, Any]:
    return {
        "detail-type": kind,
        "account": ACCOUNT,
        "region": REGION,
        "resources": [arn],
        "detail": {"eventName": name, "clusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/prod"},
    }


@contextmanager
def served() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


SERVICES = ("lambda", "ssm", "dynamodb", "events", "codedeploy", "sqs", "ecr", "iam", "elbv2", "s3", "kms")


@cache
def _session() -> boto3.Session:
    """One for all: the models of the services are read once."""
    return boto3.Session("testing", "testing", region_name=REGION)


@cache
def _clients(url: str) -> dict[str, Any]:
    return {name: _session().client(name, endpoint_url=url) for name in SERVICES}  # type: ignore[call-overload]


def built(url: str, **environment: str) -> Account:
    """An empty account with an injector, as these variables want it."""
    requests.post(f"{url}/moto-api/reset", timeout=10).raise_for_status()
    session = _session()
    clients = _clients(url) | {"ecs": session.client("ecs", endpoint_url=url)}  # hooks of tests die with it  # type: ignore[call-overload]
    queue = _deployed(clients)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("outrider/bin/wrap", "")
    layer = clients["lambda"].publish_layer_version(
        LayerName="outrider-x86_64",
        Content={"ZipFile": packed.getvalue()},
        CompatibleArchitectures=["x86_64"],
    )["LayerVersionArn"]
    variables = {
        "OUTRIDER_OUTCOMES_TABLE": "outcomes",
        "OUTRIDER_BUS_NAME": "outrider",
        "OUTRIDER_SIDECAR_IMAGE": SIDECAR,
        "OUTRIDER_LAYER_ARNS": json.dumps({"x86_64": layer}),
        "OUTRIDER_PAUSED_PARAMETER": PAUSED,
        "OUTRIDER_INJECTOR_ROLE_ARN": ROLE,
        **environment,
    }
    moment, errors = [1_700_000_000.0], []

    def client(service: str, region: str | None = None) -> Any:
        return clients[service]

    program = building.build(
        FUNCTION,
        settings.read(variables),
        lambda name, error: errors.append(f"{name}: {error}"),
        clients=client,
        clock=lambda: moment[0],
        pause=lambda seconds: None,
    )
    return Account(program, clients, moment, queue, errors)


def _deployed(clients: Mapping[str, Any]) -> str:
    """What the CDK app deploys, and a queue that hears the bus; gives its URL."""
    clients["dynamodb"].create_table(
        TableName="outcomes",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("subject", "sk")],
        KeySchema=[
            {"AttributeName": "subject", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    clients["ssm"].put_parameter(Name=PAUSED, Value="false", Type="String")
    clients["ecs"].create_cluster(clusterName="prod")
    clients["iam"].create_role(RoleName="f", AssumeRolePolicyDocument="{}")
    clients["events"].create_event_bus(Name="outrider")
    url = clients["sqs"].create_queue(QueueName="heard")["QueueUrl"]
    clients["events"].put_rule(Name="all", EventBusName="outrider", EventPattern='{"source": ["outrider"]}')
    clients["events"].put_targets(
        Rule="all",
        EventBusName="outrider",
        Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"}],
    )
    return str(url)
