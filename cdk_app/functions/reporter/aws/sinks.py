"""EventBridge, SNS, Security Hub and S3 as sinks, and the queue that lines go back to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cdk_app.functions.reporter.aws.client import explained
from outrider.errors import OutriderError
from outrider.model.batches import batches
from outrider.model.envelope import Envelope, event
from outrider.report import asff, ocsf
from outrider.report.happening import understand, word, words
from outrider.report.harmless import harmless

ENTRIES = 10
"""Entries (a count) of one PutEvents."""
TOGETHER = 250_000
"""Bytes of all entries of one PutEvents: EventBridge takes 256 KB."""


class Bus:
    """The account's event bus."""

    def __init__(self, events: Any, name: str) -> None:
        self._events = events
        self._name = name

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """Ten entries a call; those that EventBridge refuses are named."""
        problems: dict[str, str] = {}
        told = ((envelope, event(envelope, self._name)) for envelope in envelopes)
        for group in batches(told, _weight, count=ENTRIES, total=TOGETHER):
            entries = [entry for _, entry in group]
            try:
                with explained("EventBridge"):
                    answers = self._events.put_events(Entries=entries)["Entries"]
            except OutriderError as error:
                problems.update({envelope.id: error.message for envelope, _ in group})
                continue
            for (envelope, _), answer in zip(group, answers, strict=True):
                if code := answer.get("ErrorCode"):
                    problems[envelope.id] = str(code)
        return problems


class Hub:
    """Security Hub."""

    def __init__(self, securityhub: Any) -> None:
        self._securityhub = securityhub

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """A hundred findings a call, the later of two with one Id; those that fail are named."""
        problems: dict[str, str] = {}
        told: dict[str, list[str]] = {}
        made = []
        for envelope in sorted(envelopes, key=lambda one: one.time):
            try:
                finding = asff.finding(envelope)
            except OutriderError as error:
                problems[envelope.id] = error.message
                continue
            if finding is not None:
                made.append(finding)
                told.setdefault(finding["Id"], []).append(envelope.id)
        for group in asff.batches(made):
            for name, problem in self._import(group).items():
                problems.update(dict.fromkeys(told.get(name, []), problem))
        return problems

    def _import(self, group: list[dict[str, Any]]) -> dict[str, str]:
        """One call; Id → problem."""
        try:
            with explained("Security Hub"):
                answer = self._securityhub.batch_import_findings(Findings=group)
        except OutriderError as error:
            return {one["Id"]: error.message for one in group}
        failed = answer.get("FailedFindings", [])
        return {one["Id"]: f"Security Hub: {one.get('ErrorCode')}" for one in failed}


class Lake:
    """OCSF events in S3: an object an envelope, whose name is always the same."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """Each by itself."""
        problems: dict[str, str] = {}
        for envelope in envelopes:
            try:
                made = ocsf.event(envelope)
                if made is not None:
                    key, body = ocsf.key(envelope, made), ocsf.line(made)
                    with explained("S3"):
                        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)
            except OutriderError as error:
                problems[envelope.id] = error.message
        return problems


class Notices:
    """The topic that people listen to, with a bound an hour."""

    def __init__(self, sns: Any, arn: str, may: Callable[[], bool], suppressed: Callable[[], None]) -> None:
        self._sns = sns
        self._arn = arn
        self._may = may
        self._suppressed = suppressed

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """Each by itself; what is over the bound is counted, and is on the bus all the same."""
        problems: dict[str, str] = {}
        for envelope in envelopes:
            try:
                if not self._may():
                    self._suppressed()
                    continue
                with explained("SNS"):
                    self._sns.publish(TopicArn=self._arn, **_notice(envelope))
            except OutriderError as error:
                problems[envelope.id] = error.message
        return problems


class Queue:
    """The events queue: log lines that could not be delivered go there, each by itself."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, message: str) -> None:
        """One message. Raises EnvironmentFault."""
        with explained("SQS"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=message)


def _weight(told: tuple[Envelope, Mapping[str, str]]) -> int:
    """What an entry counts, and a margin for the names in it."""
    return len(told[1]["Detail"]) + 100


def _notice(envelope: Envelope) -> dict[str, str]:
    """Subject (ASCII, at most 100 characters, as SNS wants) and message."""
    happening = understand(envelope)
    detail = envelope.detail
    said = word(detail.get("message"), 900) or word(detail.get("reason"), 900)
    title = happening.title if happening else said or envelope.topic.value
    text = happening.description if happening else said
    subject = f"Outrider: {title}".encode("ascii", "replace").decode()
    place = harmless(f"{envelope.subject.kind} {envelope.subject.id}", 1000)
    body = [text, place, f"{envelope.account} {envelope.region} {envelope.time}", envelope.id]
    advice = words(detail.get("advice"), 1)
    if hint := word(detail.get("hint"), 500) or word(detail.get("remedy"), 500) or "".join(advice):
        body.insert(1, hint)
    return {"Subject": harmless(subject, 99).replace("…", "."), "Message": "\n".join(filter(None, body))}
