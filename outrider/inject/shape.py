"""The form of every field we read: checked once, so that the transformation may rely on it.

Only what we touch is looked at here; the whole is checked against the API's own model by the command line.
"""

from typing import Any

from outrider.errors import InvalidInput

_CONTAINER_FIELDS = {
    "image": "text",
    "user": "text",
    "workingDirectory": "text",
    "entryPoint": "words",
    "command": "words",
    "essential": "flag",
    "mountPoints": "objects",
    "dependsOn": "objects",
    "environment": "objects",
    "dockerLabels": "labels",
    "linuxParameters": "object",
    "logConfiguration": "object",
    "healthCheck": "object",
    "repositoryCredentials": "object",
    "firelensConfiguration": "object",
}
_TASK_FIELDS = {
    "family": "text",
    "volumes": "objects",
    "tags": "objects",
    "requiresCompatibilities": "words",
    "runtimePlatform": "object",
    "proxyConfiguration": "object",
    "pidMode": "text",
    "cpu": "text",
    "memory": "text",
    "networkMode": "text",
}
_TASK_PARTS = {
    "runtimePlatform": ("cpuArchitecture", "operatingSystemFamily"),
    "proxyConfiguration": ("containerName",),
}
_NAMES = {
    "text": "text",
    "flag": "true or false",
    "words": "a list of strings",
    "object": "an object",
    "objects": "a list of objects",
    "labels": "an object whose values are strings",
}
_REFERRING = {"mountPoints": ("sourceVolume", "containerPath"), "dependsOn": ("containerName", "condition")}


def check_shape(document: dict[str, Any]) -> None:
    """Raise InvalidInput, naming the place, when a field we read does not have the form the API gives it."""
    if "containerDefinitions" not in document:
        raise InvalidInput(
            "the task definition has no containerDefinitions",
            hint="a file as `aws ecs register-task-definition --cli-input-json` takes it is wanted, "
            "or the output of describe-task-definition.",
        )
    containers = document["containerDefinitions"]
    if not _has_form(containers, "objects") or not containers:
        raise InvalidInput("containerDefinitions is not a list of at least one object")
    _check(document, _TASK_FIELDS, "the task definition")
    for field, keys in _TASK_PARTS.items():
        _check(document.get(field, {}), dict.fromkeys(keys, "text"), field)
    for field, keys in {"volumes": ("name",), "tags": ("key", "value")}.items():
        for entry in document.get(field, []):
            _check(entry, dict.fromkeys(keys, "text"), field)
    for number, container in enumerate(containers):
        if not isinstance(container.get("name"), str) or not container["name"]:
            raise InvalidInput(f"container {number + 1} has no name")
        _check_container(container, f"container {container['name']}")


def _check_container(container: dict[str, Any], where: str) -> None:
    """Check one container."""
    _check(container, _CONTAINER_FIELDS, where)
    for field, keys in _REFERRING.items():
        for entry in container.get(field, []):
            _check(entry, dict.fromkeys(keys, "text"), f"{where}: {field}")
    parameters = container.get("linuxParameters", {})
    _check(parameters, {"capabilities": "object", "initProcessEnabled": "flag"}, f"{where}: linuxParameters")
    _check(parameters.get("capabilities", {}), {"add": "words", "drop": "words"}, f"{where}: capabilities")
    _check(container.get("logConfiguration", {}), {"logDriver": "text"}, f"{where}: logConfiguration")
    credentials = container.get("repositoryCredentials", {})
    _check(credentials, {"credentialsParameter": "text"}, f"{where}: repositoryCredentials")


def _check(value: dict[str, Any], fields: dict[str, str], where: str) -> None:
    """Check those of the fields that are there."""
    for field, form in fields.items():
        if field in value and not _has_form(value[field], form):
            raise InvalidInput(f"{where}: {field} is not {_NAMES[form]}")


def _has_form(value: Any, form: str) -> bool:
    """Whether a value has one of the forms of `_NAMES`."""
    match form:
        case "text":
            return isinstance(value, str)
        case "flag":
            return isinstance(value, bool)
        case "words":
            return isinstance(value, list) and all(isinstance(word, str) for word in value)
        case "object":
            return isinstance(value, dict)
        case "objects":
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)
        case _:
            return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
