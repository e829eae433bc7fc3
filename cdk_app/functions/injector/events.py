"""What a message is about: which service, task definition or function changed, or what is asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_app.functions.injector import caps
from outrider.errors import InvalidInput
from outrider.model import json_document

_SERVICE = re.compile(
    r"arn:aws[a-z-]*:ecs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):service/[\w./-]{1,600}", re.ASCII
)
_DEFINITION = re.compile(
    r"arn:aws[a-z-]*:ecs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):task-definition/[\w-]{1,255}:\d{1,9}",
    re.ASCII,
)
_FUNCTION = re.compile(
    r"(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:(?P<account>\d{12}):function:|(?P<partial>\d{12}):function:|function:)?"
    r"(?P<name>[\w-]{1,140})(?::[\w$-]{1,128})?",
    re.ASCII,
)
_NAME = re.compile(r"[\w.:/-]{1,600}", re.ASCII)
_FUNCTION_CALLS = ("CreateFunction2015", "UpdateFunctionCode2015", "UpdateFunctionConfiguration2015")
_SERVICE_CALLS = ("CreateService", "UpdateService")
_SERVICE_KINDS = ("ECS Service Action", "ECS Deployment State Change")
_COMMANDS = ("reconcile", "protect", "unprotect")
CLOUDTRAIL = "AWS API Call via CloudTrail"


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """A service is to be looked at."""

    cluster: str
    """Name or ARN; `default` where the call named none."""
    service: str
    """Name or ARN."""
    failed: bool = False
    """A deployment of it failed."""


@dataclass(frozen=True, slots=True)
class DefinitionRegistered:
    """A task definition is to be looked at."""

    arn: str


@dataclass(frozen=True, slots=True)
class FunctionChanged:
    """A function is to be looked at."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Somebody, or the schedule, asks for something."""

    command: str
    """`reconcile`, `protect` or `unprotect`."""
    service: str = ""
    cluster: str = ""
    function: str = ""
    after: str = ""
    """Where a reconcile goes on."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that is nothing to us."""

    reason: str


Message = ServiceChanged | DefinitionRegistered | FunctionChanged | Command | Ignored


def parse(body: str, *, account: str, region: str, own: str) -> Message:
    """Read one message; `own` is the beginning of the ARNs that our own sessions have, empty: not known.

    Raises InvalidInput for what is neither an event nor a command.
    """
    if len(body.encode("utf-8", "surrogatepass")) > caps.MESSAGE:
        raise InvalidInput(f"a message has at most {caps.MESSAGE} bytes")
    return read(json_document.parse(body, "the message"), account=account, region=region, own=own)


def read(document: Any, *, account: str, region: str, own: str) -> Message:
    """As `parse`, from a document."""
    if not isinstance(document, dict):
        raise InvalidInput("the message is not an object")
    if "command" in document:
        return _command(document)
    kind, detail = document.get("detail-type"), document.get("detail")
    if not isinstance(kind, str) or not isinstance(detail, dict):
        raise InvalidInput("the message is neither an event of EventBridge nor a command")
    if (document.get("account"), document.get("region")) != (account, region):
        return Ignored("of another account or region")
    if kind in _SERVICE_KINDS:
        return _service_event(document, detail)
    if kind == CLOUDTRAIL:
        return _call(detail, account, own)
    return Ignored(f"not a kind we act on: {kind[:60]}")


def _command(document: Mapping[str, Any]) -> Command:
    """A direct invocation, or what a reconcile sent itself."""
    words = {name: _word(document, name) for name in ("command", "service", "cluster", "function", "after")}
    if words["command"] not in _COMMANDS:
        raise InvalidInput(
            f"unknown command: {words['command'][:40]!r}", hint=f"there are {', '.join(_COMMANDS)}."
        )
    found = Command(**words)
    if found.command != "reconcile" and bool(found.service) == bool(found.function):
        raise InvalidInput(
            f"{found.command} what?", hint="name a `service` (with its `cluster`) or a `function`."
        )
    if found.function:
        _function(found.function, "")
    if found.service and not _NAME.fullmatch(found.service):
        raise InvalidInput("the service's name is not well-formed")
    return found


def _word(document: Mapping[str, Any], name: str) -> str:
    """A field of a command."""
    value = document.get(name, "")
    most = caps.CURSOR if name == "after" else caps.NAME
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise InvalidInput(f"the command's {name} is not well-formed")
    return value


def _service_event(document: Mapping[str, Any], detail: Mapping[str, Any]) -> Message:
    """ECS's own events name the service in `resources`."""
    resources = document.get("resources")
    arn = resources[0] if isinstance(resources, list) and resources else None
    if not isinstance(arn, str) or not _SERVICE.fullmatch(arn):
        raise InvalidInput("an event of a service names no service")
    cluster = _cluster(detail.get("clusterArn"), arn)
    return ServiceChanged(cluster, arn, detail.get("eventName") == "SERVICE_DEPLOYMENT_FAILED")


def _cluster(said: Any, arn: str) -> str:
    """The cluster as an event says it, or as the ARN does; ARNs of the old form have none."""
    if isinstance(said, str) and said:
        if not _NAME.fullmatch(said):
            raise InvalidInput("the cluster's name is not well-formed")
        return said
    parts = arn.rpartition(":service/")[2].split("/")
    return parts[0] if len(parts) > 1 else "default"


def _call(detail: Mapping[str, Any], account: str, own: str) -> Message:
    """A call that CloudTrail saw."""
    name = detail.get("eventName")
    if not isinstance(name, str):
        raise InvalidInput("a call of CloudTrail has no name")
    if detail.get("errorCode"):
        return Ignored(f"{name[:60]} was refused")
    if own and _caller(detail).startswith(own):
        return Ignored("our own doing")
    asked, answered = _object(detail, "requestParameters"), _object(detail, "responseElements")
    source = detail.get("eventSource")
    if source == "ecs.amazonaws.com" and name in _SERVICE_CALLS:
        return _service_call(asked, answered)
    if source == "ecs.amazonaws.com" and name == "RegisterTaskDefinition":
        arn = _object(answered, "taskDefinition").get("taskDefinitionArn")
        if not isinstance(arn, str) or not _DEFINITION.fullmatch(arn):
            raise InvalidInput("RegisterTaskDefinition names no revision")
        return DefinitionRegistered(arn)
    if source == "lambda.amazonaws.com" and name.startswith(_FUNCTION_CALLS):
        return FunctionChanged(_function(asked.get("functionName"), account))
    return Ignored(f"not a call we act on: {name[:60]}")


def _caller(detail: Mapping[str, Any]) -> str:
    """ARN of whoever called; empty when it is not said."""
    found = _object(detail, "userIdentity").get("arn")
    return found if isinstance(found, str) else ""


def _service_call(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> ServiceChanged:
    """CreateService or UpdateService: the answer knows more than the request."""
    service = _object(answered, "service")
    arn = service.get("serviceArn") or asked.get("service") or asked.get("serviceName")
    if not isinstance(arn, str) or not _NAME.fullmatch(arn):
        raise InvalidInput("a call about a service names no service")
    return ServiceChanged(_cluster(service.get("clusterArn") or asked.get("cluster"), arn), arn)


def _function(said: Any, account: str) -> str:
    """A function's name, however it was said. Raises InvalidInput; of another account too."""
    found = _FUNCTION.fullmatch(said) if isinstance(said, str) else None
    if not found:
        raise InvalidInput("the function's name is not well-formed")
    whose = found["account"] or found["partial"]
    if account and whose and whose != account:
        raise InvalidInput("the function belongs to another account")
    return found["name"]


def function_name(said: str) -> str:
    """The bare name of a function. Raises InvalidInput."""
    return _function(said, "")


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A field that is an object, or an empty one: CloudTrail has null where there is nothing."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def cluster_in(service: str) -> str:
    """The cluster that a service's ARN names; `default` for a name alone."""
    return _cluster(None, service)


def own_sessions(role_arn: str) -> str:
    """How ARNs of sessions of a role begin; empty for no role."""
    found = re.fullmatch(
        r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)", role_arn
    )
    if not found:
        return ""
    return f"arn:{found['partition']}:sts::{found['account']}:assumed-role/{found['name']}/"
