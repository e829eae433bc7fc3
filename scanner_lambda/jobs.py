"""What the jobs queue brings: events of ECR and Lambda as EventBridge delivers them, and our own jobs.

Whatever can send to the queue can send anything: every field has a form, the parts of an event must agree
with each other, and what does not is refused by name.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from outrider.errors import InvalidInput
from outrider.function.changes import changes
from outrider.model import json_document
from scanner_lambda import caps

VERSION = 1
"""Of our own jobs."""

IMAGE, FUNCTION = "image", "function"
REASONS = ("push", "update", "sweep", "demand", "continue")

_FORMS = {
    "account": re.compile(r"\d{12}"),
    "region": re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d"),
    "repository": re.compile(r"[a-z0-9][a-z0-9._/-]{0,254}[a-z0-9]"),
    "digest": re.compile(r"sha256:[0-9a-f]{64}"),
    "tag": re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"),
    "platform": re.compile(r"[a-z]+/[a-z0-9]+"),
    "function": re.compile(
        r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:"
        r"[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9_$-]{1,128})?"
    ),
}
"""Field → its form. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"""

_ASKED = re.compile(
    r"((?P<account>\d{12}):)?(function:)?(?P<name>[A-Za-z0-9_-]{1,140})(:[A-Za-z0-9_$-]{1,128})?", re.ASCII
)
"""A function's name as a caller may write it: with account, with version or alias.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One artifact to be scanned."""

    kind: str
    account: str
    region: str
    repository: str = ""
    digest: str = ""
    """Of an image's manifest or index; empty: what `tag` points to."""
    tag: str = ""
    function: str = ""
    """ARN, with a version where one was published."""
    reason: str = "demand"
    platform: str = ""
    """Of an index, the image that is wanted: `linux/arm64`."""
    attempt: int = 0
    """How often it was continued."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is well-formed and no work."""

    reason: str


def dump(job: Job) -> str:
    """A job as a message; fields without a value are left out."""
    told = {name: value for name, value in asdict(job).items() if value != ""}
    return json.dumps({"outrider_job": VERSION, **told}, sort_keys=True)


def parse(body: str) -> Job | Ignored:
    """Read one message. Raises InvalidInput for what is neither an event that we know nor a job."""
    if len(body.encode("utf-8", "surrogatepass")) > caps.SCAN_JOB:
        raise InvalidInput(f"a job has at most {caps.SCAN_JOB} bytes")
    document = json_document.parse(body, "the job")
    if not isinstance(document, dict):
        raise InvalidInput("the job is no JSON object")
    if "outrider_job" in document:
        return _own(document)
    match document.get("source"), document.get("detail-type"):
        case "aws.ecr", "ECR Image Action":
            return _pushed(document)
        case "aws.lambda", "AWS API Call via CloudTrail":
            return _called(document)
    raise InvalidInput(
        f"neither a job nor an event of ECR or Lambda: source {str(document.get('source'))[:60]!r}"
    )


def _own(document: Mapping[str, Any]) -> Job:
    """A job that one of our programs sent."""
    if document["outrider_job"] != VERSION or document.get("kind") not in (IMAGE, FUNCTION):
        raise InvalidInput(f"not a job of version {VERSION} for an image or a function")
    attempt = document.get("attempt", 0)
    if type(attempt) is not int or not 0 <= attempt <= caps.SCAN_ATTEMPT:
        raise InvalidInput("the job's attempt is no count")
    if document.get("reason") not in REASONS:
        raise InvalidInput(f"unknown reason of a job: {str(document.get('reason'))[:40]!r}")
    told = {name: _word(document, name) for name in _FORMS if document.get(name)}
    return _checked(
        Job(kind=document["kind"], reason=document["reason"], attempt=attempt, **_both(told, document))
    )


def _both(told: dict[str, str], document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with those that no job is without."""
    return {name: _word(document, name) for name in ("account", "region")} | told


def _pushed(event: Mapping[str, Any]) -> Job | Ignored:
    """An image was pushed. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html"""
    detail = _detail(event)
    _owned(event)
    if detail.get("action-type") != "PUSH" or detail.get("result") != "SUCCESS":
        return Ignored("no push of an image that succeeded")
    told = {"repository": "repository-name", "digest": "image-digest", "tag": "image-tag"}
    found = {name: _word(detail, field, name) for name, field in told.items() if detail.get(field)}
    return _checked(Job(kind=IMAGE, reason="push", **_both(found, event)))


def _called(event: Mapping[str, Any]) -> Job | Ignored:
    """A function was made or changed."""
    detail = _detail(event)
    _owned(event)
    name = detail.get("eventName")
    if detail.get("eventSource") != "lambda.amazonaws.com" or not isinstance(name, str):
        raise InvalidInput("the event is of Lambda, its detail is not")
    if not changes(name):
        return Ignored(f"{name[:60]} changes nothing that is scanned")
    if detail.get("errorCode"):
        return Ignored(f"{name} was refused by AWS")
    both = {name: _word(event, name) for name in ("account", "region")}
    claimed = {"recipientAccountId": "account", "awsRegion": "region"}
    for field, ours in claimed.items():
        if detail.get(field) not in (None, both[ours]):
            raise InvalidInput(f"the event is of {ours} {both[ours]}, its {field} says otherwise")
    arn = _arn_of(detail, both)
    return _checked(
        Job(kind=FUNCTION, account=both["account"], region=both["region"], function=arn, reason="update")
    )


def _arn_of(detail: Mapping[str, Any], both: Mapping[str, str]) -> str:
    """The function that a call was about: what AWS answered, or what it was asked."""
    answered = detail.get("responseElements")
    if isinstance(answered, dict) and answered.get("functionArn"):
        return _word(answered, "functionArn", "function").removesuffix(":$LATEST")
    asked = detail.get("requestParameters")
    name = asked.get("functionName") if isinstance(asked, dict) else None
    if not isinstance(name, str) or len(name) > caps.SCAN_WORD:
        raise InvalidInput("the event does not say which function it is about")
    if name.startswith("arn:"):
        return name
    found = _ASKED.fullmatch(name)
    if not found or found["account"] not in (None, both["account"]):
        raise InvalidInput(f"the event's function is none of account {both['account']}: {name[:80]!r}")
    partition = "aws-cn" if both["region"].startswith("cn-") else "aws"
    partition = "aws-us-gov" if both["region"].startswith("us-gov-") else partition
    return f"arn:{partition}:lambda:{both['region']}:{both['account']}:function:{found['name']}"


def _detail(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The detail of an event."""
    detail = event.get("detail")
    if not isinstance(detail, dict):
        raise InvalidInput("the event has no detail")
    return detail


def _owned(event: Mapping[str, Any]) -> None:
    """What an event says that it is about is of the account that it comes from. Raises InvalidInput.

    EventBridge writes `account` itself, whoever puts an event on whichever bus; PutEvents has no such
    parameter, but it has `resources`: https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
    """
    named = event.get("resources")
    if not isinstance(named, list):
        return
    for arn in named:
        words = arn.split(":", 5) if isinstance(arn, str) else []
        if len(words) == 6 and words[4] not in ("", event.get("account")):
            raise InvalidInput(f"the event is of account {event.get('account')}, it names {arn[:100]!r}")


def _word(document: Mapping[str, Any], field: str, form: str = "") -> str:
    """A field of a known form."""
    value = document.get(field)
    known = isinstance(value, str) and len(value) <= caps.SCAN_WORD
    if not known or not _FORMS[form or field].fullmatch(str(value)):
        raise InvalidInput(f"the job's {field} is not well-formed: {str(value)[:80]!r}")
    return str(value)


def _checked(job: Job) -> Job:
    """The job, when what it says makes sense together. Raises InvalidInput."""
    if job.kind == IMAGE and not (job.repository and (job.digest or job.tag)):
        raise InvalidInput("a job for an image names repository, and digest or tag")
    if job.kind == FUNCTION:
        found = _FORMS["function"].fullmatch(job.function)
        if not found:
            raise InvalidInput("a job for a function names its ARN")
        if (found["account"], found["region"]) != (job.account, job.region):
            raise InvalidInput("the job's function is of another account or region than the job")
    return job
