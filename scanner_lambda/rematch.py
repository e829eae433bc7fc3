"""RematchFunction: a newer database is matched against the inverted index; artifacts that it concerns are
told of, and what is stored of them is made anew.

A job first compacts the index, matches what changed, keeps the changes and sends messages of artifacts to
the same queue, which other invocations tell of at once. It comes again after a quarter of an hour for
artifacts that were being scanned with the older database meanwhile. All of it may happen twice: envelopes
have the same ids."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.batches import batches
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, identity
from outrider.model.outcome import Failed, Outcome, Skipped
from outrider.scan.advisories import delta
from outrider.scan.packed import unpack
from scanner_lambda import caps, settings_database
from scanner_lambda.compaction import compact
from scanner_lambda.index import Index
from scanner_lambda.rematch_messages import (
    Concerned,
    Job,
    dump,
    messages,
    parse,
    parse_changes,
    write_changes,
)
from scanner_lambda.rematching import rematch
from scanner_lambda.shelf import Shelf
from scanner_lambda.sweeping import report

if TYPE_CHECKING:
    from scanner_lambda.renewing import Renewed, Renewer

SLICE = 5000
"""Changed packages that are matched at once: of these postings are in memory."""

AGAIN_SECONDS = 900
"""After which a job comes again: a scan that was running with the older database has ended by then."""

_TOGETHER = 10
"""Artifacts that are judged, told and stored together: of these reports are in memory."""

_RESERVE_MS = 120_000
_TOLD = 100
"""Findings of one kind that an envelope names; all are counted."""

logger = Logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What the rematch works with."""

    index: Index
    shelf: Shelf
    send: Callable[[Sequence[str], int], Sequence[str]]
    """Sends messages to the rematch queue after so many seconds; those that it would not take."""
    publish: Callable[[Sequence[Envelope]], object]
    renewer: "Callable[[str], Renewer | None]"
    """Of the database with this manifest; None: it is gone. Raises as `Shelf`."""
    account: str
    region: str
    now: Callable[[], str]
    """RFC 3339 in UTC."""


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """Work on the messages of a batch; those that failed come again, and go to the dead letters in the
    end."""
    made = _parts(context.invoked_function_arn)

    def in_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE_MS)

    def one(record: SQSRecord) -> None:
        for outcome in work(record.body, made, in_time):
            log = logger.error if isinstance(outcome, Failed) else logger.info
            log("rematch", extra={"told": report([outcome])[0]})

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(dict(event), one, processor, context)


@cache
def _parts(arn: str) -> Parts:
    """Clients of this function, once a sandbox: most messages need few of them, and there are many."""
    from scanner_lambda.aws.rematching import parts  # noqa: PLC0415 - boto3 is not needed to import this

    return parts(settings_database.rematch(os.environ), arn)


def work(body: str, parts: Parts, in_time: Callable[[], bool]) -> Sequence[Outcome]:
    """One message. Raises InvalidInput for what is none, EnvironmentFault for what may go better next
    time."""
    message = parse(body)
    if isinstance(message, Concerned):
        return _tell(message, parts)
    return _match(message, parts, in_time)


def _match(job: Job, parts: Parts, in_time: Callable[[], bool]) -> Sequence[Outcome]:
    """A newer database, slice by slice; what there is no time for is sent as another job."""
    started = parts.index.clock()
    whole, outcomes = compact(parts.index, in_time=in_time)
    if not whole:
        raise EnvironmentFault("the index is not compacted yet", hint="this job comes again.")
    changed = _delta(job, parts).changed
    found = parts.shelf.manifest(job.after)
    if found is None:
        raise EnvironmentFault(f"the database {job.after[:16]} is gone", hint="a newer one has its own job.")
    older = parts.shelf.manifest(job.before) if job.before else None
    if older is None:
        outcomes = (*outcomes, Skipped("older database", "it is gone: all that the newer says counts as new"))
    new = parts.shelf.shards.database(found)
    old = parts.shelf.shards.database(older) if older else None
    head = parts.index.head()
    try:
        for start in range(job.start, len(changed), SLICE):
            if start > job.start and not in_time():
                _send(parts, [dump(replace(job, start=start))], 0)
                left = f"{len(changed) - start} changed packages are matched by another invocation"
                return (*outcomes, Skipped("rematch", left))
            done = rematch(parts.index, head, changed[start : start + SLICE], (old, new), since=job.since)
            outcomes = (*outcomes, *done.outcomes)
            key = f"rematch/{job.before[:16]}-{job.after[:16]}/{start}.{job.since}.json.zst"
            parts.index.store.put(key, write_changes(done.changes))
            _send(parts, list(messages(key, job.after, done.affected())), 0)
    finally:
        new.close()
        if old:
            old.close()
    if not job.since:
        _send(parts, [dump(replace(job, start=0, since=max(started, 1)))], AGAIN_SECONDS)
    return outcomes


def _delta(job: Job, parts: Parts) -> delta.Delta:
    """The job's delta, which must be that of its two databases."""
    data = parts.index.store.get(job.delta, limits.ADVISORY_DELTA)
    if data is None:
        raise InvalidInput(f"{job.delta} is gone")
    found = delta.parse(unpack(data, limits.ADVISORY_DELTA, job.delta))
    if (found.before, found.after) != (job.before, job.after):
        raise InvalidInput(f"{job.delta} is the delta of other databases than the job's")
    return found


def _send(parts: Parts, bodies: Sequence[str], delay: int) -> None:
    """Send all, or raise: then the job comes again, and tells what was told with the same ids."""
    if lost := parts.send(bodies, delay):
        raise EnvironmentFault(f"the queue did not take {len(lost)} of {len(bodies)} messages")


def _tell(message: Concerned, parts: Parts) -> Sequence[Outcome]:
    """Envelopes of the artifacts of one message."""
    data = parts.index.store.get(message.changes, caps.REMATCH_CHANGES)
    if data is None:
        raise InvalidInput(f"{message.changes} is gone")
    changes = parse_changes(data)
    outcomes: list[Outcome] = []
    told: list[tuple[str, Envelope]] = []
    for artifact, places in message.artifacts:
        try:
            told.append((artifact, _envelope(parts, message, artifact, [changes[place] for place in places])))
        except (IndexError, InvalidInput):
            outcomes.append(Failed(artifact, "the message names changes that are none, or no artifact"))
    renewer = parts.renewer(message.after)
    if renewer is None:
        outcomes.append(Skipped("stored reports", f"the database {message.after[:16]} is gone"))
    for some in batches(told, lambda one: 1, count=_TOGETHER, total=_TOGETHER):
        made = [_prepared(renewer, artifact, outcomes) if renewer else None for artifact, _ in some]
        parts.publish([_with_checks(*one) for one in zip(some, made, strict=True)])
        for (_, envelope), renewed in zip(some, made, strict=True):
            if renewer and renewed:
                renewer.store(renewed, _ids(envelope))
    return outcomes


def _prepared(renewer: "Renewer", artifact: str, outcomes: list[Outcome]) -> "Renewed | None":
    """What is to be stored of an artifact; None: nothing, or it is Failed: the artifact is told all the
    same."""
    try:
        return renewer.prepare(artifact)
    except InvalidInput as error:
        outcomes.append(Failed(artifact, f"its report is as it was: {error.message}", error.hint))
    return None


def _with_checks(told: tuple[str, Envelope], renewed: "Renewed | None") -> Envelope:
    """The envelope, with the rules whose answers the newer database changes; its id is the same without."""
    _, envelope = told
    return replace(envelope, detail={**envelope.detail, "checks": renewed.checks()}) if renewed else envelope


def _ids(envelope: Envelope) -> dict[str, set[str]]:
    """Findings that an envelope names."""
    return {word: {one["id"] for one in envelope.detail[word]} for word in ("new", "gone")}


def _envelope(
    parts: Parts, message: Concerned, artifact: str, changes: Sequence[Mapping[str, Any]]
) -> Envelope:
    """What is told of one artifact: all that is new, changed and gone, counted, and the first of each."""
    kind, _, name = artifact.partition(":")
    if kind not in {"image", "function"} or not name:
        raise InvalidInput(f"no artifact has the id {artifact[:80]!r}")
    told: dict[str, Any] = {"reason": "rematch", "database": f"sha256:{message.after}"}
    for word in ("new", "changed", "gone"):
        found = [
            {"package": one["name"], "version": one["version"], "shard": one["shard"], **_fields(finding)}
            for one in changes
            for finding in one[word]
        ]
        told |= {word: found[:_TOLD], f"{word}_count": len(found)}
    said = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return Envelope(
        topic=Topic.SCAN,
        id=identity(Topic.SCAN, artifact, message.after, said),
        time=parts.now(),
        account=parts.account,
        region=parts.region,
        program="scanner",
        subject=Subject(kind=SubjectKind(kind), id=name, digest=name if kind == "image" else ""),
        detail=told,
    )


def _fields(finding: Any) -> dict[str, Any]:
    """A finding's fields; of one that is gone only its id is known."""
    return dict(finding) if isinstance(finding, dict) else {"id": str(finding)}
