"""From what a user has (a file, describe output) to the form RegisterTaskDefinition takes.

Never through a typed model: fields this version does not know must survive.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput, OutriderError, UsageError
from outrider.inject.shape import check_shape
from outrider.model import json_document

DESCRIBE_ONLY = (
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
)
"""What DescribeTaskDefinition answers and RegisterTaskDefinition refuses."""

_YAML_START = re.compile(r"\s*(?:---|%YAML|#|-\s|['\"]?[\w.:/-]+['\"]?\s*:(?:\s|$))")
_CLOUDFORMATION = re.compile(r"AWSTemplateFormatVersion|AWS::ECS::TaskDefinition|^\s*Resources\s*:", re.M)


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """A definition as RegisterTaskDefinition takes it, and what a user should know of how it came to be."""

    document: dict[str, Any]
    """A copy: nothing in it is shared with what was given."""
    compatibilities: tuple[str, ...]
    """What ECS said the definition can run on, when it was describe output."""
    warnings: tuple[str, ...]


def load(data: bytes) -> dict[str, Any]:
    """Read a task definition file, at most `limits.TASK_DEFINITION` bytes.

    Raises UsageError for the forms this version refuses by name (YAML, CloudFormation), InvalidInput
    otherwise.
    """
    if len(data) > limits.TASK_DEFINITION:
        raise InvalidInput(f"the task definition is larger than {limits.TASK_DEFINITION} bytes")
    try:
        value = json_document.parse(data, "the task definition")
    except InvalidInput as error:
        raise _refused_by_name(data) or error from None
    if isinstance(value, list):
        raise UsageError(
            "this is a list, perhaps of container definitions; a whole task definition is wanted",
            hint='put it into an object: {"family": …, "containerDefinitions": [ … ]}.',
        )
    if not isinstance(value, dict):
        raise InvalidInput("the task definition is not a JSON object")
    return value


def register_form(given: Mapping[str, Any]) -> RegisterForm:
    """Unwrap describe output, drop what only describe answers, put tags back.

    Raises UsageError or InvalidInput.
    """
    raw = dict(given)
    json_document.check(raw, "the task definition")
    _refuse_templates(raw)
    tags = None
    if isinstance(raw.get("taskDefinition"), dict):
        tags = raw.get("tags")
        raw = raw["taskDefinition"]
    document = _copy({key: value for key, value in raw.items() if key not in DESCRIBE_ONLY})
    if tags:
        document["tags"] = _copy(tags)
    check_shape(document)
    warnings = _drop_reserved_tags(document)
    said = raw.get("compatibilities")
    return RegisterForm(
        document, tuple(str(word) for word in said) if isinstance(said, list) else (), warnings
    )


def _copy(value: Any) -> Any:
    """A deep copy without keys whose value is null: the API has no null, and empty text means something."""
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value


def _drop_reserved_tags(document: dict[str, Any]) -> tuple[str, ...]:
    """Take out tags that only AWS may set; registering with them is refused."""
    tags = document.get("tags", [])
    reserved = {tag["key"]: tag.get("value", "") for tag in tags if tag.get("key", "").startswith("aws:")}
    if not reserved:
        return ()
    document["tags"] = [tag for tag in tags if tag.get("key") not in reserved]
    if not document["tags"]:
        del document["tags"]
    stack = reserved.get("aws:cloudformation:stack-name")
    if stack is None:
        return ("tags that begin with aws: were left out: only AWS may set them",)
    return (
        f"CloudFormation stack {stack} owns this task definition: a revision registered beside it is drift, "
        "and the next update of the stack takes it back. Tags that begin with aws: were left out",
    )


def _refuse_templates(raw: dict[str, Any]) -> None:
    """CloudFormation is refused by name, in each of its shapes."""
    kind = raw.get("Type")
    if kind == "AWS::ECS::TaskDefinition" or raw.keys() & {
        "AWSTemplateFormatVersion",
        "Resources",
        "ContainerDefinitions",
    }:
        raise _cloudformation()


def _refused_by_name(data: bytes) -> OutriderError | None:
    """The refusal for a text that is not JSON but that we recognise."""
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith(("{", "[")):
        return None
    if _CLOUDFORMATION.search(text):
        return _cloudformation()
    if _YAML_START.match(text):
        return UsageError(
            "YAML task definitions are not supported in this version",
            hint="convert it to JSON: `aws ecs register-task-definition` takes the same JSON.",
        )
    return None


def _cloudformation() -> UsageError:
    """The refusal of CloudFormation."""
    return UsageError(
        "CloudFormation templates are not supported in this version",
        hint="patch the task definition itself: `aws ecs describe-task-definition --include TAGS` prints it.",
    )
