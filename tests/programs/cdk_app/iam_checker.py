"""Lets a handler make only the calls that its synthesised policy grants, and notes which it used."""

import fnmatch
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
    """Of the synthesised policy document; intrinsics in resources are not looked into."""
    used: set[str] = field(default_factory=set)
    """`Sid action` pairs that a call needed."""
    refused: list[str] = field(default_factory=list)

    def check(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        """Raise NotGranted when any action of the operation is granted by no statement."""
        for action in actions(service, operation, parameters):
            sids = [s["Sid"] for s in self.statements if _grants(s, action)]
            if not sids:
                self.refused.append(action)
                raise NotGranted(f"no statement grants {action} ({service}:{operation})")
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
            checker.check(model.service_model.signing_name, operation, parameters)
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


def _grants(statement: Mapping[str, Any], action: str) -> bool:
    words = statement["Action"]
    names = [words] if isinstance(words, str) else words
    return statement["Effect"] == "Allow" and any(fnmatch.fnmatchcase(action, name) for name in names)
