"""The full sweep of an account: every image of every repository and every function becomes a job, each once.

One invocation works as long as it has time and leaves a checkpoint that the next goes on from: which
repository, which page, which digests had their job. What is left out on purpose, or cannot be listed, is
an outcome."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document
from outrider.model.outcome import Failed, Outcome, Skipped, words
from outrider.scan.packed import pack, unpack
from scanner_lambda import caps, jobs
from scanner_lambda.batching import Send, send_all
from scanner_lambda.jobs import Job

IMAGE_CONFIGS = {
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "",
}
"""Media types of what is an image; empty: ECR says none, of an index."""

LISTS = ("repositories", "functions")
"""Subjects of the outcomes that say: an account's list of them could not be had."""

_WORDS = 100
"""Outcomes of one kind that are told one by one."""


@dataclass(frozen=True, slots=True)
class ListedImage:
    """One image of a repository."""

    digest: str
    tag: str = ""
    """One of its tags, the first by name."""
    artifact: str = ""
    """Media type of its config, as ECR says."""


class Account(Protocol):
    """What an account has; each call lists one page, and says how to ask for the next (empty: it was the
    last)."""

    def repositories(self, token: str) -> tuple[list[str], str]:
        """Names of repositories."""

    def images(self, repository: str, token: str) -> tuple[list[ListedImage], str]:
        """Images of one. Raises EnvironmentFault."""

    def functions(self, token: str) -> tuple[list[str], str]:
        """ARNs of functions."""


@dataclass(slots=True)
class Checkpoint:
    """How far a sweep has come."""

    sweep: str
    """Its id."""
    account: str = ""
    """The one it is at; those before it, in `sweeping_accounts`' order, are done."""
    repository: str = ""
    """The one it is at; those before it by name are done."""
    token: str = ""
    """Next page of it, or of the functions."""
    images_done: bool = False
    invocations: int = 0
    jobs: int = 0
    seen: set[str] = field(default_factory=set)
    """Digests of the account that had their job."""

    def enter(self, account: str) -> None:
        """Go to an account's beginning."""
        self.account, self.repository, self.token, self.images_done = account, "", "", False
        self.seen.clear()


@dataclass(slots=True)
class Sweep:
    """One invocation's part of the sweep of an account."""

    account: Account
    send: Send
    sleep: Callable[[float], None]
    in_time: Callable[[], bool]
    identity: dict[str, str]
    """`account` and `region` of the jobs."""
    at: Checkpoint
    outcomes: list[Outcome] = field(default_factory=list)
    sent: int = 0

    def run(self) -> bool:
        """Go on until all is done (True) or time is up (False)."""
        return (self.at.images_done or self._images()) and self._functions()

    def _images(self) -> bool:
        """All repositories from the one it is at."""
        for name in self._repositories():
            if name < self.at.repository:
                continue
            if name != self.at.repository:
                self.at.repository, self.at.token = name, ""
            try:
                if not self._pages(lambda token, name=name: self._page(name, token)):  # type: ignore[misc]
                    return False
            except EnvironmentFault as error:
                self.outcomes.append(Failed(f"repository {name}", error.message, error.hint))
        self.at.images_done, self.at.token = True, ""
        return True

    def _repositories(self) -> list[str]:
        """Their names, sorted; where they cannot be listed there is an outcome, and functions come next."""
        try:
            return sorted(set(_all(self.account.repositories)))
        except EnvironmentFault as error:
            self.outcomes.append(Failed(LISTS[0], error.message, error.hint))
            return []

    def _functions(self) -> bool:
        """All functions."""

        def page(token: str) -> str:
            arns, following = self.account.functions(token)
            self._jobs(self._job(jobs.FUNCTION, function=arn) for arn in arns)
            return following

        try:
            return self._pages(page)
        except EnvironmentFault as error:
            self.outcomes.append(Failed(LISTS[1], error.message, error.hint))
            return True

    def _pages(self, page: Callable[[str], str]) -> bool:
        """Page after page; False: time is up."""
        while self.in_time():
            self.at.token = page(self.at.token)
            if not self.at.token:
                return True
        return False

    def _page(self, repository: str, token: str) -> str:
        """One page of images."""
        images, following = self.account.images(repository, token)
        others = sum(image.artifact not in IMAGE_CONFIGS for image in images)
        if others:
            self.outcomes.append(Skipped(f"repository {repository}", f"{others} artifacts are no images"))
        fresh = {}
        for image in images:
            if image.artifact in IMAGE_CONFIGS and image.digest not in self.at.seen:
                fresh[image.digest] = image
        self.at.seen.update(fresh)
        self._jobs(
            self._job(jobs.IMAGE, repository=repository, digest=image.digest, tag=image.tag)
            for image in fresh.values()
        )
        return following

    def _job(
        self, kind: str, *, repository: str = "", digest: str = "", tag: str = "", function: str = ""
    ) -> Job:
        """The job for one artifact."""
        return Job(
            kind=kind,
            account=self.identity["account"],
            region=self.identity["region"],
            repository=repository,
            digest=digest,
            tag=tag,
            function=function,
            reason="sweep",
        )

    def _jobs(self, found: Iterable[Job]) -> None:
        """Send them; those that the queue does not take are Failed, and no longer counted as
        seen."""
        bodies = [jobs.dump(one) for one in found]
        lost = send_all(bodies, self.send, self.sleep)
        self.sent += len(bodies) - len(lost)
        self.at.jobs += len(bodies) - len(lost)
        for body in lost:
            one = json.loads(body)
            self.at.seen.discard(one.get("digest", ""))
            subject = one.get("function") or f"{one['repository']}@{one['digest']}"
            self.outcomes.append(Failed(subject, "the queue did not take its job", "the next sweep sends it"))


def _all(page: Callable[[str], tuple[list[str], str]]) -> Iterator[str]:
    """All pages of a list."""
    token = ""
    while True:
        found, token = page(token)
        yield from found
        if not token:
            return


def report(outcomes: list[Outcome]) -> list[dict[str, str]]:
    """Outcomes as JSON; of very many the first are told, and how many more there are."""
    found = [
        {"outcome": type(one).__name__.lower(), "subject": one.subject, "words": words(one)}
        for one in outcomes[:_WORDS]
    ]
    if len(outcomes) > _WORDS:
        failed = sum(isinstance(one, Failed) for one in outcomes[_WORDS:])
        more = f"and {len(outcomes) - _WORDS} more, {failed} of them failed"
        found.append({"outcome": "failed" if failed else "skipped", "subject": "outcomes", "words": more})
    return found


def write(at: Checkpoint) -> bytes:
    """A checkpoint as bytes."""
    value = {name: getattr(at, name) for name in _FIELDS} | {"seen": sorted(at.seen)}
    return pack(json.dumps(value).encode())


_FIELDS = {
    "sweep": str, "account": str, "repository": str, "token": str, "images_done": bool,
    "invocations": int, "jobs": int,
}  # fmt: skip


def parse(data: bytes) -> Checkpoint:
    """Read what `write` gave. Raises InvalidInput."""
    value = json_document.parse(unpack(data, caps.SWEEP_CHECKPOINT, "the checkpoint"), "the checkpoint")
    if not isinstance(value, dict):
        raise InvalidInput("the checkpoint is no object")
    fields: dict[str, Any] = {name: value.get(name) for name in _FIELDS}
    seen = value.get("seen")
    if any(type(fields[name]) is not kind for name, kind in _FIELDS.items()) or not isinstance(seen, list):
        raise InvalidInput("the checkpoint has a field of another type")
    if not all(isinstance(digest, str) for digest in seen):
        raise InvalidInput("the checkpoint has a digest that is none")
    return Checkpoint(**fields, seen=set(seen))
