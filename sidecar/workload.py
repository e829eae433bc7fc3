"""Which task this is, and which image each of its containers runs: ECS's task metadata endpoint, version 4.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
"""

import re
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model import json_document
from outrider.model.envelope import Subject, SubjectKind

VARIABLE = "ECS_CONTAINER_METADATA_URI_V4"
LARGEST = 1 << 20
"""Bytes of an answer: a task has ten containers."""
SECONDS = 2.0
"""For an answer; the endpoint is on the task's own machine."""
AGAIN = 5.0
"""Seconds until it is asked again for a container that it did not know: they start one after another."""

_TASK = re.compile(
    r"arn:aws[a-z-]*:ecs:(?P<region>[a-z0-9-]{1,40}):(?P<account>\d{12}):task/[\w./-]{1,512}", re.ASCII
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Workload:
    """One task."""

    task: str
    """ARN."""
    family: str
    images: Mapping[str, str] = field(default_factory=dict)
    """Container → digest as ECS names it, `sha256:…`; missing where it named none yet."""
    account: str = ""
    region: str = ""

    def subject(self, container: str) -> Subject:
        """Whose event it is: the task's container, or the task where it concerns all."""
        return Subject(
            kind=SubjectKind.TASK,
            id=self.task,
            name=self.family,
            digest=self.images.get(container, ""),
            container=container,
        )


class Metadata:
    """Asks, and remembers. Its methods block for SECONDS at most."""

    def __init__(
        self, address: str, clock: Callable[[], float] = time.monotonic, again: float = AGAIN
    ) -> None:
        """`address`: value of VARIABLE; empty outside ECS. `again`: as AGAIN."""
        self._address = address
        self._again = again
        self._clock = clock
        self._known: Workload | None = None
        self._asked = -again

    def workload(self, container: str) -> Workload:
        """The task; asked again, now and then, while the image of `container` is not known.

        Raises EnvironmentFault or InvalidInput: it is not known at all.
        """
        known = self._known
        if known and (not container or container in known.images):
            return known
        if known and self._clock() - self._asked < self._again:
            return known
        self._asked = self._clock()
        try:
            known = self._known = parse(self._read())
        except OutriderError:
            if known is None:
                raise
        return known

    def _read(self) -> bytes:
        """The answer about the task."""
        if not self._address.startswith("http://"):
            raise EnvironmentFault(f"{VARIABLE} is not set", hint="is this a task of ECS?")
        try:
            with urllib.request.urlopen(f"{self._address}/task", timeout=SECONDS) as answer:  # noqa: S310 - http, checked
                data: bytes = answer.read(LARGEST + 1)
        except (OSError, HTTPException) as error:
            raise EnvironmentFault(f"the task metadata endpoint does not answer: {error}") from None
        if len(data) > LARGEST:
            raise InvalidInput(f"the task metadata endpoint answers more than {LARGEST} bytes")
        return data


def parse(data: bytes) -> Workload:
    """Read an answer. Raises InvalidInput."""
    document = json_document.parse(data, "the task's metadata")
    if not isinstance(document, dict):
        raise InvalidInput("the task's metadata is no object")
    arn, family = document.get("TaskARN"), document.get("Family")
    found = _TASK.fullmatch(arn) if isinstance(arn, str) else None
    if not found or not isinstance(family, str) or not re.fullmatch(r"[\w-]{1,255}", family, re.ASCII):
        raise InvalidInput("the task's metadata names no task, or no family")
    return Workload(found[0], family, _images(document.get("Containers")), found["account"], found["region"])


def _images(listed: Any) -> dict[str, str]:
    """Container → digest, of those that have one."""
    images = {}
    for one in listed if isinstance(listed, list) else ():
        name, digest = (one.get("Name"), one.get("ImageID")) if isinstance(one, dict) else (None, None)
        if isinstance(name, str) and isinstance(digest, str) and _DIGEST.fullmatch(digest):
            images[name] = digest
    return images
