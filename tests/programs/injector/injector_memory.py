"""AWS in memory, on bad days: what the injector calls and no more.

Each call can fail, be lost after it was done, or be the last one of an invocation. A stand-in for moto: that
is too slow for 200 seeds and ignores Lambda's revisions. It is strict: an operation, a condition or thing it
does not know is an error of the test. Clients have boto3's names, paginators, waiters, and the two events of
botocore that are used.
"""

import json
import random
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError

REGION, ACCOUNT = "eu-west-1", "123456789012"
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}"
LAYER = f"{LAMBDA}:layer:outrider-x86_64:3"


class Killed(BaseException):
    """Lambda ended the invocation in the middle."""


def refused(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "any")


class Memory:
    """The account."""

    def __init__(self, seed: int, badness: float) -> None:
        self.random, self.badness = random.Random(seed), badness  # noqa: S311 - repeatable
        self.definitions: dict[str, dict[str, Any]] = {}
        self.services: dict[str, dict[str, Any]] = {}
        self.functions: dict[str, dict[str, Any]] = {}
        self.parameters: dict[str, str] = {"/outrider/paused": "false"}
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []
        self.calls = 0

    def client(self, service: str, region: str | None = None) -> Any:
        return Client(self, service)

    def call(self, service: str, operation: str, said: dict[str, Any]) -> Any:
        """One call, which may go wrong before or after it was done."""
        self.calls += 1
        luck = self.random.random() if self.badness else 1.0
        if luck < self.badness * 0.6:
            raise self._trouble()
        done = getattr(self, f"{service}_{operation}")(**said)
        if luck < self.badness * 0.9:
            raise self._trouble()
        if luck < self.badness:
            raise Killed
        return json.loads(json.dumps(done))  # nobody shares anything with us

    def _trouble(self) -> Exception:
        kind = self.random.randrange(3)
        if kind == 2:
            return ConnectTimeoutError(endpoint_url="https://aws")
        return refused("ThrottlingException" if kind else "InternalServerError")

    # ECS

    def ecs_list_clusters(self) -> Any:
        return [{"clusterArns": [f"{ECS}:cluster/prod"]}]

    def ecs_describe_clusters(self, clusters: list[str], include: list[str]) -> Any:
        assert include == ["TAGS"]
        return {"clusters": [{"tags": []} for _ in clusters]}

    def ecs_list_services(self, cluster: str) -> Any:
        return [{"serviceArns": [arn]} for arn in self.services]

    def ecs_describe_services(self, cluster: str, services: list[str], include: list[str]) -> Any:
        assert include == ["TAGS"]
        return {"services": [self.services[arn] for arn in services if arn in self.services]}

    def ecs_update_service(self, cluster: str, service: str, taskDefinition: str) -> Any:
        assert self.definitions[taskDefinition]["taskDefinition"]["status"] == "ACTIVE"
        self.services[service]["taskDefinition"] = taskDefinition
        return {}

    def ecs_describe_task_definition(self, taskDefinition: str, include: list[str]) -> Any:
        assert include == ["TAGS"]
        found = self.definitions.get(taskDefinition)
        if found is None:
            of_family = [
                one for one in self.definitions.values() if one["taskDefinition"]["family"] == taskDefinition
            ]
            found = of_family[-1] if of_family else None
        if found is None:
            raise refused("ClientException", "Unable to describe task definition.")
        return found

    def ecs_register_task_definition(self, **document: Any) -> Any:
        """As ECS does, it fills in defaults."""
        document = json.loads(json.dumps(document))
        tags = document.pop("tags", [])
        number = 1 + sum(
            one["taskDefinition"]["family"] == document["family"] for one in self.definitions.values()
        )
        arn = f"{ECS}:task-definition/{document['family']}:{number}"
        for container in document["containerDefinitions"]:
            defaults = {"cpu": 0, "environment": [], "mountPoints": [], "volumesFrom": [], "essential": True}
            for name, value in defaults.items():
                container.setdefault(name, value)
            container["environment"] = sorted(
                container["environment"], key=lambda one: one["name"], reverse=True
            )
        document |= {"taskDefinitionArn": arn, "revision": number, "status": "ACTIVE"}
        self.definitions[arn] = {"taskDefinition": document, "tags": tags}
        return {"taskDefinition": document}

    # Lambda

    def lambda_list_functions(self) -> Any:
        return [{"Functions": [{"FunctionName": name}]} for name in self.functions]

    def lambda_get_function_configuration(self, FunctionName: str) -> Any:
        found = dict(self.functions[FunctionName])
        found.pop("tags")
        return found

    def lambda_list_tags(self, Resource: str) -> Any:
        return {"Tags": self._function(Resource)["tags"]}

    def lambda_tag_resource(self, Resource: str, Tags: dict[str, str]) -> Any:
        self._function(Resource)["tags"].update(Tags)

    def lambda_untag_resource(self, Resource: str, TagKeys: list[str]) -> Any:
        for key in TagKeys:
            self._function(Resource)["tags"].pop(key, None)

    def lambda_update_function_configuration(self, FunctionName: str, RevisionId: str, **said: Any) -> Any:
        function = self.functions[FunctionName]
        if function["RevisionId"] != RevisionId:
            raise refused("PreconditionFailedException")
        if "Layers" in said:
            said["Layers"] = [{"Arn": arn} for arn in said["Layers"]]
        function |= {**said, "RevisionId": str(int(RevisionId) + 1)}
        return {}

    def lambda_get_function_code_signing_config(self, FunctionName: str) -> Any:
        return {}

    def lambda_list_provisioned_concurrency_configs(self, FunctionName: str) -> Any:
        return [{"ProvisionedConcurrencyConfigs": []}]

    def lambda_list_aliases(self, FunctionName: str) -> Any:
        return [{"Aliases": []}]

    def lambda_get_layer_version(self, LayerName: str, VersionNumber: int) -> Any:
        assert f"{LayerName}:{VersionNumber}" == LAYER
        return {"Content": {"CodeSize": 1000}, "CompatibleArchitectures": ["x86_64"]}

    def _function(self, arn: str) -> dict[str, Any]:
        return self.functions[arn.rpartition(":")[2]]

    # SSM, EventBridge

    def ssm_get_parameter(self, Name: str) -> Any:
        if Name not in self.parameters:
            raise refused("ParameterNotFound")
        return {"Parameter": {"Value": self.parameters[Name]}}

    def ssm_put_parameter(self, Name: str, Value: str, **_said: Any) -> Any:
        self.parameters[Name] = Value

    def ssm_delete_parameter(self, Name: str) -> Any:
        if self.parameters.pop(Name, None) is None:
            raise ParameterNotFound

    def events_put_events(self, Entries: list[dict[str, str]]) -> Any:
        self.told += [json.loads(entry["Detail"]) for entry in Entries]
        return {"FailedEntryCount": 0}

    # DynamoDB

    def dynamodb_get_item(self, TableName: str, Key: Any, ConsistentRead: bool) -> Any:
        assert ConsistentRead
        item = self.items.get((Key["subject"]["S"], Key["sk"]["S"]))
        return {"Item": item} if item else {}

    def dynamodb_put_item(self, TableName: str, Item: Any, **condition: Any) -> Any:
        key = (Item["subject"]["S"], Item["sk"]["S"])
        values = {
            name: next(iter(value.values()))
            for name, value in condition.get("ExpressionAttributeValues", {}).items()
        }
        there = self.items.get(key)
        held: dict[str, Callable[[], bool]] = {
            "": lambda: True,
            "attribute_not_exists(subject)": lambda: there is None,
            "#id = :former": lambda: there is not None and there["id"]["S"] == values[":former"],
            "attribute_not_exists(subject) OR #until < :now OR who = :who": lambda: (
                there is None
                or int(there["until"]["N"]) < int(values[":now"])
                or there["who"]["S"] == values[":who"]
            ),
            "who = :who": lambda: there is not None and there["who"]["S"] == values[":who"],
        }
        if not held[condition.get("ConditionExpression", "")]():
            raise refused("ConditionalCheckFailedException")
        self.items[key] = Item
        return {}

    def dynamodb_query(
        self, KeyConditionExpression: str, ExpressionAttributeValues: Any, **_said: Any
    ) -> Any:
        assert KeyConditionExpression == "subject = :family"
        subject = ExpressionAttributeValues[":family"]["S"]
        return [{"Items": [item for (one, _), item in self.items.items() if one == subject]}]


class ParameterNotFound(ClientError):
    """As the client's own exception."""

    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "ParameterNotFound", "Message": ""}}, "any")


class Client:
    """One client of boto3's."""

    exceptions = SimpleNamespace(ParameterNotFound=ParameterNotFound)

    def __init__(self, memory: Memory, service: str) -> None:
        self._memory, self._service = memory, service
        self._hooks: dict[str, Callable[..., None]] = {}
        self.meta = SimpleNamespace(
            events=SimpleNamespace(register=self._hooks.__setitem__),
            region_name=REGION,
            endpoint_url="https://aws",
        )

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**said: Any) -> Any:
            return self._memory.call(self._service, operation, said)

        return call

    def register_task_definition(self, **said: Any) -> Any:
        params: dict[str, Any] = {}
        self._hooks["before-call.ecs.RegisterTaskDefinition"](params=params)
        return self._memory.call("ecs", "register_task_definition", json.loads(params["body"]))

    def describe_task_definition(self, **said: Any) -> Any:
        parsed: dict[str, Any] = self._memory.call("ecs", "describe_task_definition", said)
        answer = SimpleNamespace(content=json.dumps(parsed).encode(), status_code=200)
        self._hooks["after-call.ecs.DescribeTaskDefinition"](http_response=answer, parsed=parsed)
        return parsed

    def get_paginator(self, operation: str) -> Any:
        def paginate(**said: Any) -> Iterator[Any]:
            return iter(self._memory.call(self._service, operation, said))

        return SimpleNamespace(paginate=paginate)

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=lambda **said: None)
