"""Lets a handler make only the calls that its synthesised policy grants, and notes which it used.

Actions are always compared. Resources are where a call names one (bucket and key, table, queue, bus,
parameter, function, layer, repository) and the statement's are texts: `resolved` makes them so. Conditions
are not."""

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient
from botocore.model import OperationModel

EXCEPTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "lambda:GetLayerVersionByArn": "lambda:GetLayerVersion",
    "sns:PublishBatch": "sns:Publish",
}
"""Operations whose IAM action has another name: AWS's Service Authorization Reference."""

SEVERAL = {"s3:CopyObject": ("s3:GetObject", "s3:PutObject")}
"""Operations that need several actions; all must be granted."""


class NotGranted(Exception):
    """A call that the role's policy has no statement for. botocore does not swallow it."""


def actions(service: str, operation: str, parameters: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """IAM actions of a call; `service` is the signing name: `lambda`, `ecs`, `s3`."""
    name = f"{service}:{operation}"
    if name in ("dynamodb:TransactWriteItems", "dynamodb:TransactGetItems"):
        items = (parameters or {}).get("TransactItems", ())
        words = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}
        kinds = {words.get(kind, "ConditionCheckItem") for item in items for kind in item}
        return tuple(f"dynamodb:{kind}" for kind in sorted(kinds))
    return SEVERAL.get(name, (EXCEPTIONS.get(name, name),))


@dataclass(slots=True)
class Checker:
    """Statements of one function: what was granted and what was used."""

    statements: Sequence[Mapping[str, Any]]
    """Of the synthesised policy document; with intrinsics in their resources only actions are compared."""
    used: set[str] = field(default_factory=set)
    """`Sid action` pairs that a call needed."""
    refused: list[str] = field(default_factory=list)
    account: str = "123456789012"
    """Whose resources calls by name are about."""

    def check(
        self, service: str, operation: str, parameters: Mapping[str, Any], region: str = "eu-central-1"
    ) -> None:
        """Raise NotGranted when any action of the operation is granted by no statement."""
        named = arns(service, parameters, region, self.account) or (None,)
        for action in actions(service, operation, parameters):
            for arn in named:
                sids = [s["Sid"] for s in self.statements if _grants(s, action) and _covers(s, arn)]
                if not sids:
                    self.refused.append(action)
                    raise NotGranted(f"no statement grants {action} on {arn} ({service}:{operation})")
                self.used.update(f"{sid} {action}" for sid in sids)

    def unused(self, implicit: Sequence[str] = ()) -> list[str]:
        """Sids that no call needed; `implicit` are used by AWS itself on the role's behalf."""
        used = {word.split()[0] for word in self.used}
        return sorted({s["Sid"] for s in self.statements} - used - set(implicit))

    @contextmanager
    def watching(self) -> Iterator["Checker"]:
        """Every botocore client of the process is checked meanwhile, those made before too."""
        original = BaseClient._make_api_call  # type: ignore[attr-defined]
        checker = self

        def checked(client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
            model: OperationModel = client.meta.service_model.operation_model(operation)
            checker.check(model.service_model.signing_name, operation, parameters, client.meta.region_name)
            return original(client, operation, parameters)

        BaseClient._make_api_call = checked  # type: ignore[attr-defined]
        try:
            yield self
        finally:
            BaseClient._make_api_call = original  # type: ignore[attr-defined]


def statements(template: Mapping[str, Any], function: str) -> list[dict[str, Any]]:
    """Statements of the role that `function` (its id in CDK) has in a synthesised template."""
    found = [
        statement
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"].get("Policies", ())
        if policy["PolicyName"] == function
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    if not found:
        raise LookupError(f"the template has no role for {function}")
    return found


def resolved(
    found: Sequence[Mapping[str, Any]], core: Mapping[str, Any], named: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Statements with their resources as texts. `core`: the template that exports what is imported; `named`:
    logical id without CDK's hash → the ARN that the test's account has for it. Raises LookupError for one
    that is not named."""
    exports = {one["Export"]["Name"]: one["Value"] for one in core.get("Outputs", {}).values()}
    return [
        {**one, "Resource": [_text(value, exports, named) for value in _several(one["Resource"])]}
        for one in found
    ]


PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::AccountId": "123456789012",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "Outrider",
}
"""Of the account that tests have."""


def _text(value: Any, exports: Mapping[str, Any], named: Mapping[str, str]) -> str:
    """An intrinsic as CloudFormation would resolve it."""
    match value:
        case str(text):
            return text
        case {"Ref": str(name)}:
            return PSEUDO[name] if name in PSEUDO else named[re.sub(r"[0-9A-F]{8}\Z", "", name)]
        case {"Fn::Join": [str(between), [*parts]]}:
            return between.join(_text(part, exports, named) for part in parts)
        case {"Fn::ImportValue": str(name)}:
            return _text(exports[name], exports, named)
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return named[re.sub(r"[0-9A-F]{8}\Z", "", name)]
    raise LookupError(f"cannot resolve {value}")


NAMED_BY = {
    "dynamodb": ("TableName", "table/"),
    "sqs": ("QueueUrl", ""),
    "ssm": ("Name", "parameter"),
    "lambda": ("FunctionName", "function:"),
    "ecr": ("repositoryName", "repository/"),
    "sns": ("TopicArn", ""),
}
"""Service → the parameter that names a resource, and what stands before that in its ARN."""


def arns(service: str, parameters: Mapping[str, Any], region: str, account: str) -> tuple[str, ...]:
    """Resources that a call names; none: it names none that is looked at."""
    here = f"arn:aws:{service}:{region}:{account}:"
    if service == "s3" and "Bucket" in parameters:
        objects = parameters.get("Delete", {}).get("Objects", [parameters])
        keys = [f"/{one['Key']}" if "Key" in one else "" for one in objects]
        return tuple(f"arn:aws:s3:::{parameters['Bucket']}{key}" for key in keys)
    if service == "events":
        entries = parameters.get("Entries", ())
        return tuple(f"{here}event-bus/{one['EventBusName']}" for one in entries if "EventBusName" in one)
    parameter, before = NAMED_BY.get(service, ("", ""))
    name = str(parameters.get(parameter) or parameters.get("Arn") or "")
    if service == "sqs":
        name = name.rpartition("/")[2]
    return (name if name.startswith("arn:") else f"{here}{before}{name}",) if name else ()


def _grants(statement: Mapping[str, Any], action: str) -> bool:
    names = _several(statement["Action"])
    return statement["Effect"] == "Allow" and any(fnmatch.fnmatchcase(action, name) for name in names)


def _covers(statement: Mapping[str, Any], arn: str | None) -> bool:
    """Whether it speaks of a resource, as far as that can be told."""
    patterns = _several(statement.get("Resource", "*"))
    if arn is None or not all(isinstance(pattern, str) for pattern in patterns):
        return True
    return any(fnmatch.fnmatchcase(arn, pattern) for pattern in patterns)


def _several(value: Any) -> list[Any]:
    """CloudFormation writes a list of one as the one."""
    return value if isinstance(value, list) else [value]
