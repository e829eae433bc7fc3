"""What the user decided about a patch; checked once, here, so that the rest can rely on it."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outrider.errors import UsageError
from outrider.model.event import Mode
from outrider.model.published import IMAGE

BUILTIN_LEARN = "builtin:learn"
"""The policy every task may start with: allow, report, learn."""

_QUEUE = re.compile(r"https://[\w.-]{1,255}/\d{12}/[\w.-]{1,80}", re.ASCII)
_SOURCE = re.compile(r"file:/.+|ssm:.+|s3://[^/]+/.+")


class OnFailure(StrEnum):
    """What a container does when it cannot be protected."""

    AVAILABILITY = "availability"
    """It starts unprotected, and says so."""
    SECURITY = "security"
    """It does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one patch. Raises UsageError when they contradict themselves."""

    sidecar_image: str
    """Reference of the sidecar's image, best with a digest."""
    mode: Mode = Mode.ALERT
    """Mode of the built-in first policy."""
    on_failure: OnFailure = OnFailure.AVAILABILITY
    policy: str = BUILTIN_LEARN
    """`builtin:learn`, `file:/path` (in the sidecar), `ssm:/name` or `s3://bucket/key`; with `{container}`
    and `{image}` in it a place for each version of a container."""
    key: str = ""
    """Ed25519 public key, base64 of 32 bytes: only policies signed with it are taken. Empty: any."""
    switch: str = ""
    """Where the fleet's alert-only switch lies, as `policy`; empty: the task listens to none."""
    day_zero: Mapping[str, str] = field(default_factory=dict)
    """Container → digest (hex) of the list of its image's programs: others are stopped from the start on."""
    programs: str = ""
    """Where those lists lie: `s3://bucket/{digest}` or `file:/path/{digest}`, with theirs in its place."""
    skip: frozenset[str] = frozenset()
    """Containers to leave alone."""
    include: frozenset[str] = frozenset()
    """Containers to patch although `never_touch` would leave them alone."""
    allow_ec2: bool = False
    """Patch definitions for EC2, external or managed instances too."""
    pin_images: bool = False
    """Write the images of the patched containers by digest, where it is known."""
    raise_memory: bool = False
    """Raise the task's memory to the next size when nothing would be left for the sidecar."""
    poll_seconds: int = 15
    """How often the sidecar looks for a new policy, 1 to 3600."""
    log: str = "deviations"
    """Which events go to the log driver and the queue: `deviations` or `all`."""
    events_queue: str = ""
    """URL of the account's events queue (SQS); empty: events go to the log driver alone."""

    @property
    def versioned(self) -> bool:
        """Whether the source of policies has a place for each version of a container."""
        return IMAGE in self.policy

    def __post_init__(self) -> None:
        if not self.sidecar_image:
            raise UsageError("no sidecar image is given", hint="name one with --sidecar.")
        if self.policy != BUILTIN_LEARN and not _is_source(self.policy):
            raise UsageError(
                f"not a policy source: {self.policy!r}",
                hint="builtin:learn, file:/path, ssm:/name or s3://bucket/key.",
            )
        if self.switch and not _is_source(self.switch):
            raise UsageError(
                f"not a place for the switch: {self.switch!r}",
                hint="file:/path, ssm:/name or s3://bucket/key.",
            )
        self._check_day_zero()
        if self.log not in {"deviations", "all"} or not 1 <= self.poll_seconds <= 3600:
            raise UsageError("log is `deviations` or `all`, poll_seconds 1 to 3600")
        if self.events_queue and not _QUEUE.fullmatch(self.events_queue):
            raise UsageError(
                f"not the URL of an SQS queue: {self.events_queue[:200]!r}",
                hint="https://sqs.REGION.amazonaws.com/ACCOUNT/NAME",
            )
        if both := sorted(self.skip & self.include):
            raise UsageError(f"container {both[0]} is both to be skipped and to be included")
        self._check_key()

    def _check_day_zero(self) -> None:
        """Lists need a place, and the place a list."""
        if bool(self.day_zero) != bool(self.programs):
            raise UsageError(
                "day zero needs both: which list for which container, and where the lists lie",
                hint="--day-zero web=web.programs --programs s3://bucket/programs/{digest}",
            )
        place = _is_source(self.programs) and "{digest}" in self.programs
        if self.programs and (not place or self.programs.startswith("ssm:")):
            raise UsageError(
                f"not a place for lists of programs: {self.programs!r}",
                hint="file:/path/{digest} or s3://bucket/prefix/{digest}; a parameter of SSM is too small.",
            )

    def _check_key(self) -> None:
        """A key must be one, and must be able to verify something."""
        if self.versioned and not (self.key and "{container}" in self.policy):
            raise UsageError(
                f"{self.policy} has a place for each version",
                hint="that needs {container} in it, too, and a key: only signed policies are taken there.",
            )
        if not self.key:
            return
        try:
            raw = base64.b64decode(self.key, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:
            raise UsageError(
                "the policy key is not an Ed25519 public key",
                hint="it is the base64 of 32 bytes, 44 characters.",
            )
        if self.policy == BUILTIN_LEARN:
            raise UsageError(
                "with a key only signed policies are taken, and the built-in one carries no signature",
                hint="name a signed policy with --policy, or leave --key out.",
            )


def _is_source(text: str) -> bool:
    """Whether text names a place a policy can be read from."""
    return text.isprintable() and bool(_SOURCE.fullmatch(text))
