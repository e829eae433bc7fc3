"""What the scan is told by its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from outrider.errors import InvalidInput, UsageError
from outrider.model.image import Platform
from outrider.policy import program_places
from outrider.policy.program_places import Place
from outrider.policy.signing import parse_key
from scanner_lambda.variables import MEMBER_ROLE, accounts, needed

_PLATFORM = re.compile(r"(?P<os>[a-z]+)/(?P<architecture>[a-z0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of `scanner_lambda.scan`."""

    queue_url: str
    """Where jobs that go on later are sent."""
    bucket: str
    table: str
    idempotency_table: str
    bus: str
    database_key: bytes
    """The Ed25519 public key that must have signed the database; empty: none is trusted."""
    database_key_parameter: str
    """SSM parameter that has it, where the variable does not."""
    accounts: frozenset[str]
    """Accounts besides our own whose artifacts are scanned."""
    member_role: str
    """Name of the role that is taken in them."""
    programs: Place | None
    """Where lists of images' programs are kept, for day zero; None: none is made."""
    platforms: tuple[Platform, ...]
    """Of an image of several platforms, those that are scanned."""
    attempts: int
    """How often one scan may be continued."""
    tries: int
    """How often a part may be begun without coming to its end."""
    stop_before: int
    """Milliseconds before the end of an invocation in which nothing new is begun."""


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables. Raises UsageError that names the variable."""
    return Settings(
        queue_url=needed(environment, "OUTRIDER_JOBS_QUEUE_URL"),
        bucket=needed(environment, "OUTRIDER_STATE_BUCKET"),
        table=needed(environment, "OUTRIDER_SCANS_TABLE"),
        idempotency_table=needed(environment, "OUTRIDER_IDEMPOTENCY_TABLE"),
        bus=needed(environment, "OUTRIDER_BUS_NAME"),
        database_key=_key(environment, "OUTRIDER_DATABASE_PUBLIC_KEY"),
        database_key_parameter=environment.get("OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER", ""),
        accounts=accounts(environment, "OUTRIDER_MEMBER_ACCOUNTS"),
        member_role=environment.get("OUTRIDER_MEMBER_ROLE") or MEMBER_ROLE,
        programs=_place(environment, "OUTRIDER_PROGRAMS"),
        platforms=_platforms(environment, "OUTRIDER_PLATFORMS"),
        attempts=_count(environment, "OUTRIDER_SCAN_ATTEMPTS", 20, 1000),
        tries=_count(environment, "OUTRIDER_PART_TRIES", 3, 20),
        stop_before=_count(environment, "OUTRIDER_STOP_BEFORE_MS", 30_000, 600_000),
    )


def _count(environment: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """A whole number from 1."""
    value = environment.get(name) or str(usual)
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= most:
        raise UsageError(f"{name} is no number from 1 to {most}: {value[:40]!r}")
    return int(value)


def _key(environment: Mapping[str, str], name: str) -> bytes:
    """A public key, or nothing."""
    if not (value := environment.get(name, "")):
        return b""
    try:
        return parse_key(value)
    except InvalidInput as error:
        raise UsageError(f"{name} is no key: {error.message}", hint=error.hint) from None


def _place(environment: Mapping[str, str], name: str) -> Place | None:
    """A prefix of a bucket, or none."""
    if not (value := environment.get(name, "")):
        return None
    try:
        return program_places.parse(value)
    except UsageError as error:
        raise UsageError(f"{name}: {error.message}", hint=error.hint) from None


def _platforms(environment: Mapping[str, str], name: str) -> tuple[Platform, ...]:
    """Platforms between commas."""
    found = []
    for word in (environment.get(name) or "linux/amd64,linux/arm64").replace(" ", "").split(","):
        if not (form := _PLATFORM.fullmatch(word)):
            raise UsageError(f"{name} is no list of platforms: {word[:40]!r}", hint="linux/arm64,linux/amd64")
        found.append(Platform(form["os"], form["architecture"]))
    return tuple(found)
