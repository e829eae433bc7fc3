"""What the user decided about the patch of functions; checked once, here."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from outrider.errors import UsageError
from outrider.inject import function_names as names
from outrider.inject.settings import OnFailure
from outrider.model.event import Mode

DEFAULT_POLL_SECONDS = 60

_SOURCE = re.compile(r"ssm:[\w./-]+|s3://[a-z0-9][a-z0-9.-]+/.+")
_LAYER = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]{1,140}:\d+")


@dataclass(frozen=True, slots=True)
class Layer:
    """One version of a layer."""

    arn: str
    size: int = 0
    """Bytes of the zip; 0 when not known."""
    signer: str = ""
    """ARN of the signing profile version; empty when it is not signed."""

    def __post_init__(self) -> None:
        if not _LAYER.fullmatch(self.arn):
            raise UsageError(
                f"not a version of a layer: {self.arn!r}",
                hint="arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION; the version belongs to it.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """The settings of one patch, for any number of functions. Raises UsageError when they make no sense."""

    layers: Mapping[str, Layer]
    """Architecture, as Lambda names it → the layer for it."""
    mode: Mode = Mode.ALERT
    """Which built-in policy rules when no other is given."""
    on_failure: OnFailure = OnFailure.AVAILABILITY
    log: str = "deviations"
    """Which events become log lines: `deviations` or `all`."""
    policy: bytes = field(default=b"", repr=False)
    """A compiled policy; empty: the built-in one."""
    policy_layer: Layer | None = None
    """The layer that holds `policy`, for functions whose environment has no room for it."""
    policy_source: str = ""
    """`ssm:/name` or `s3://bucket/key`, refreshed between invocations."""
    public_key: str = ""
    """Ed25519 public key, base64 of 32 bytes: only policies signed with it are taken."""
    poll_seconds: int = DEFAULT_POLL_SECONDS
    signed: bool = False
    """The user's word that the layers are signed as the functions' code signing asks."""

    def __post_init__(self) -> None:
        if unknown := self.layers.keys() - set(names.ARCHITECTURES):
            raise UsageError(
                f"unknown architecture: {min(unknown)!r}", hint=f"{' or '.join(names.ARCHITECTURES)}."
            )
        if self.policy_source and not _SOURCE.fullmatch(self.policy_source):
            raise UsageError(
                f"not a policy source: {self.policy_source!r}", hint="ssm:/name or s3://bucket/key."
            )
        if self.log not in {"deviations", "all"} or not 1 <= self.poll_seconds <= 3600:
            raise UsageError("log is `deviations` or `all`, poll seconds are 1 to 3600")
        if self.public_key and not _is_key(self.public_key):
            raise UsageError(
                "the public key is not an Ed25519 key", hint="it is the base64 of 32 bytes, 44 characters."
            )

    def variables(self) -> dict[str, str]:
        """What the layer is told, but for wrapper and policy; defaults are left out but for the two switches.

        4 KB is all a function has: what need not be said is not.
        """
        said = {names.MODE: self.mode.value, names.ON_FAILURE: self.on_failure.value}
        if self.log != "deviations":
            said[names.LOG] = self.log
        if self.public_key:
            said[names.POLICY_KEY] = self.public_key
        if self.policy_source:
            said[names.POLICY_SOURCE] = self.policy_source
            if self.poll_seconds != DEFAULT_POLL_SECONDS:
                said[names.POLL_SECONDS] = str(self.poll_seconds)
        return said


def _is_key(text: str) -> bool:
    """Whether text is 32 bytes in base64."""
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
