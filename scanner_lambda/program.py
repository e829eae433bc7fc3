"""The scan put together: clients once a sandbox, database and clock once an invocation."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError

from outrider.errors import InvalidInput, OutriderError
from outrider.model.envelope import SubjectKind
from outrider.model.image import Platform
from outrider.scan.artifact import Artifact
from outrider.scan.looking import interest_of, readers_of
from scanner_lambda import advisories, functions, images, jobs
from scanner_lambda.advisories import Advisories
from scanner_lambda.aws import index_store, parameters
from scanner_lambda.aws.bus import Bus
from scanner_lambda.aws.database_store import DatabaseStore
from scanner_lambda.aws.ecr import Ecr
from scanner_lambda.aws.functions import Functions
from scanner_lambda.aws.queue import Queue
from scanner_lambda.aws.sessions import Sessions
from scanner_lambda.aws.store import Store
from scanner_lambda.aws.table import Table
from scanner_lambda.examine import Examiner, Index
from scanner_lambda.identity import identity
from scanner_lambda.jobs import Job
from scanner_lambda.judging import PACKS, SCANNED, Judge, packs_of
from scanner_lambda.listing import Lists
from scanner_lambda.progress import Counts, Passing, ScannedElsewhere
from scanner_lambda.publishing import Place
from scanner_lambda.reading import Reader
from scanner_lambda.settings import Settings
from scanner_lambda.shards import Shards
from scanner_lambda.state import State

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_COLLECT_AFTER = 200_000
"""New objects after which Python looks for cycles: what a scan gathers has none, and is all gone through."""

_KEPT = 30 * 86_400
"""Seconds for which a finished scan is known by its digest and database."""


def _now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Program:
    """What lives as long as the sandbox, and what is new with each invocation."""

    account: str
    region: str
    settings: Settings
    sessions: Sessions
    objects: DatabaseStore
    shards: Shards
    store: Store
    table: Table
    queue: Queue
    bus: Bus
    index: Index
    lists: Lists | None = None
    now: Callable[[], datetime] = _now
    _context: LambdaContext | None = None
    _judge: Judge | None = None

    def begin(self, context: LambdaContext) -> None:
        """An invocation begins: a database that was built meanwhile is taken, when it is first needed."""
        gc.set_threshold(_COLLECT_AFTER)
        self._context = context
        for account in self.settings.accounts:
            self.sessions.renew(account)
        self._judge = None

    def scan(self, job: Job) -> Counts:
        """Scan what a job names. Raises NotThere, ContinueLater, EnvironmentFault, InvalidInput."""
        if job.account not in {self.account, *self.settings.accounts}:
            raise InvalidInput(
                f"the job is of account {job.account}, which is none that this scanner looks after",
                hint="OUTRIDER_MEMBER_ACCOUNTS names the others.",
            )
        return self._image(job) if job.kind == jobs.IMAGE else self._function(job)

    def later(self, job: Job) -> None:
        """Have a job go on in another invocation. Raises EnvironmentFault."""
        self.queue.send(jobs.dump(replace(job, reason="continue", attempt=job.attempt + 1)))

    def _image(self, job: Job) -> Counts:
        """One image; an index of several becomes a job for each."""
        ecr = self._ecr(job.account, job.region)
        where = images.Place(job.account, job.region, job.repository, job.digest, job.tag)
        wanted = (Platform(*job.platform.split("/")),) if job.platform else self.settings.platforms
        found, several = images.find(ecr, where, wanted)
        if found is None:
            for platform in several:  # still by the index: it is what the tag points to
                self.queue.send(jobs.dump(replace(job, platform=platform)))
            return Counts()
        name = f"{job.repository}:{job.tag}" if job.tag else f"{job.repository}@{found.digest}"
        place = Place(
            kind=SubjectKind.IMAGE,
            id=where.reference(found.digest),
            name=name,
            key=" ".join(filter(None, (job.account, job.region, name, job.platform))),
            account=job.account,
            region=job.region,
        )
        opening = partial(images.opened, ecr, where, found)
        return self._examiner(job).examine(f"image:{found.digest}", found.digest, place, opening)

    def _function(self, job: Job) -> Counts:
        """One function."""
        there = Functions(self.sessions.client("lambda", job.account, job.region))
        read = there.read(job.function)
        place = Place(
            kind=SubjectKind.FUNCTION,
            id=job.function,
            name=job.function.split(":", 6)[6],
            key=job.function,
            account=job.account,
            region=job.region,
        )
        judge = self._needed()
        opening = partial(functions.opened, there, job.function, read, judge.ended, self._of_function)
        digest = functions.digest_of(read)
        return self._examiner(job).examine(f"function:{job.function}", digest, place, opening)

    def _of_function(self, reference: str) -> Artifact:
        """The image of an image function."""
        where = images.place_of(reference)
        if where.digest:  # the function has what it was given, wherever the tag points by now
            where = replace(where, tag="")
        ecr = self._ecr(where.account, where.region)
        found, several = images.find(ecr, where, self.settings.platforms)
        if found is None:
            found, _ = images.find(
                ecr, replace(where, digest=next(iter(several.values())), tag=""), self.settings.platforms
            )
        if found is None:
            raise InvalidInput(f"{reference}: an index inside an index")
        return images.opened(ecr, where, found)

    def _ecr(self, account: str, region: str) -> Ecr:
        """The registry of an account; of strangers' with our own credentials, if they permit it."""
        ours = account if account in self.settings.accounts else self.account
        return Ecr(self.sessions.client("ecr", ours, region), account)

    def _examiner(self, job: Job) -> Examiner:
        """All that a scan works with."""
        now = self.now()
        state = State(self.table, int(now.timestamp()))
        only = frozenset(SCANNED)
        reader = Reader(
            interest=interest_of(only),
            readers=readers_of(only),
            documents=self.store,
            state=state,
            left=self._left,
            stop_before=self.settings.stop_before,
            tries=self.settings.tries,
            last=job.attempt >= self.settings.attempts,
        )
        return Examiner(
            documents=self.store,
            state=state,
            judge=self._needed(),
            reader=reader,
            bus=self.bus,
            index=self.index,
            once=self._once,
            now=now,
            lists=self.lists,
        )

    def _left(self) -> int:
        """Milliseconds that are left."""
        return self._context.get_remaining_time_in_millis() if self._context else 0

    def _needed(self) -> Judge:
        """What findings rest on in this invocation."""
        if self._judge is None:
            self._judge = self._judged()
        return self._judge

    def _judged(self) -> Judge:
        """The database that is there now; without one, everything else is still worth telling.

        Raises Passing: what it says is not gone because it cannot be read for the moment.
        """
        found: Advisories | None = None
        trouble = None
        try:
            found = advisories.find(self.objects.get, self.shards, self._key())
        except Passing:
            raise
        except OutriderError as error:
            trouble = error
        return Judge(found, trouble, packs_of(PACKS), self.now())

    def _key(self) -> bytes:
        """The public key that must have signed the database."""
        name = self.settings.database_key_parameter
        if self.settings.database_key or not name:
            return self.settings.database_key
        return parameters.key(self.sessions.client("ssm"), name)

    def _once(self, key: str, work: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Work that is done once for a key. Raises ScannedElsewhere when another invocation is at it."""
        layer = DynamoDBPersistenceLayer(
            self.settings.idempotency_table, boto3_client=self.sessions.client("dynamodb")
        )
        config = IdempotencyConfig(
            lambda_context=self._context, expires_after_seconds=_KEPT, hash_function="sha256"
        )

        def once(*, key: str) -> Mapping[str, Any]:
            return work()

        guarded = idempotent_function(
            once, data_keyword_argument="key", persistence_store=layer, config=config, key_prefix="scan"
        )
        try:
            found: Mapping[str, Any] = guarded(key=key)
        except IdempotencyAlreadyInProgressError:
            raise ScannedElsewhere("another invocation is at it", hint="it is tried again.") from None
        return found


def build(arn: str, settings: Settings, folder: Path, index: Index | None = None) -> Program:
    """The program for the function of this ARN. Raises EnvironmentFault for one that is none."""
    place = identity(arn)
    sessions = Sessions(place["account"], settings.member_role)
    objects = DatabaseStore(sessions.client("s3"), settings.bucket)
    listing = settings.programs
    return Program(
        account=place["account"],
        region=place["region"],
        settings=settings,
        sessions=sessions,
        objects=objects,
        shards=Shards(objects.download, folder),
        store=Store(objects),
        table=Table(sessions.client("dynamodb"), settings.table),
        queue=Queue(sessions.client("sqs"), settings.queue_url),
        bus=Bus(sessions.client("events"), settings.bus),
        index=index or index_store.index(objects),
        lists=Lists(DatabaseStore(sessions.client("s3"), listing.bucket), listing) if listing else None,
    )
