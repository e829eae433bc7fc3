"""What the sweep, the database and the rematch functions are told by their environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from outrider.errors import InvalidInput, UsageError
from outrider.model import json_document
from scanner_lambda.variables import MEMBER_ROLE, accounts, needed

DEFAULT_FEEDS = (
    *(f"osv:{name}/all.zip" for name in ("PyPI", "npm", "Go", "Maven", "RubyGems", "NuGet", "crates.io")),
    *("osv:Packagist/all.zip", "osv:Debian/all.zip", "osv:Alpine/all.zip", "osv:Ubuntu/all.zip"),
    *("kev:known_exploited_vulnerabilities.json", "epss:epss_scores-current.csv.gz"),
)
"""What a mirror is asked for, below its address, each with the format that it must have."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(/[A-Za-z0-9][A-Za-z0-9._+-]*)*\Z")


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """Settings of `scanner_lambda.sweep`."""

    jobs_queue_url: str
    dead_letter_arn: str
    bucket: str
    bus: str
    accounts: frozenset[str]
    """Members: accounts besides our own that are swept."""
    member_role: str
    """Name of the role that is taken in them."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the mirror."""

    format: str
    path: str
    """Below the mirror's address."""


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Settings of `scanner_lambda.database`."""

    bucket: str
    mirror: str
    """Without the last slash."""
    feeds: tuple[Feed, ...]
    key_parameter: str
    rematch_queue_url: str


@dataclass(frozen=True, slots=True)
class RematchSettings:
    """Settings of `scanner_lambda.rematch`."""

    bucket: str
    rematch_queue_url: str
    bus: str
    table: str
    """Scans."""
    public_key: str
    """Base64: what must have signed a database. Empty: it is in the parameter."""
    public_key_parameter: str
    """SSM parameter with the same; one of the two is set."""


def sweep(environment: Mapping[str, str]) -> SweepSettings:
    """Raises UsageError that names the variable, as the others here."""
    return SweepSettings(
        needed(environment, "OUTRIDER_JOBS_QUEUE_URL"),
        needed(environment, "OUTRIDER_JOBS_DLQ_ARN"),
        needed(environment, "OUTRIDER_STATE_BUCKET"),
        needed(environment, "OUTRIDER_BUS_NAME"),
        accounts(environment, "OUTRIDER_MEMBER_ACCOUNTS"),
        environment.get("OUTRIDER_MEMBER_ROLE") or MEMBER_ROLE,
    )


def database(environment: Mapping[str, str]) -> DatabaseSettings:
    """Of the builder."""
    mirror = needed(environment, "OUTRIDER_DATABASE_MIRROR").rstrip("/")
    parts = urlsplit(mirror)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UsageError(f"OUTRIDER_DATABASE_MIRROR is no https address: {mirror[:100]!r}")
    return DatabaseSettings(
        bucket=needed(environment, "OUTRIDER_STATE_BUCKET"),
        mirror=mirror,
        feeds=_feeds(environment.get("OUTRIDER_DATABASE_FEEDS", "")),
        key_parameter=needed(environment, "OUTRIDER_DATABASE_KEY_PARAMETER"),
        rematch_queue_url=needed(environment, "OUTRIDER_REMATCH_QUEUE_URL"),
    )


def rematch(environment: Mapping[str, str]) -> RematchSettings:
    """Of the rematch. Without a key no database could be believed."""
    keys = [environment.get(f"OUTRIDER_DATABASE_PUBLIC_KEY{more}", "") for more in ("", "_PARAMETER")]
    if not any(keys):
        needed(environment, "OUTRIDER_DATABASE_PUBLIC_KEY")
    return RematchSettings(
        needed(environment, "OUTRIDER_STATE_BUCKET"),
        needed(environment, "OUTRIDER_REMATCH_QUEUE_URL"),
        needed(environment, "OUTRIDER_BUS_NAME"),
        needed(environment, "OUTRIDER_SCANS_TABLE"),
        *keys,
    )


def _feeds(said: str) -> tuple[Feed, ...]:
    """A JSON list of `FORMAT:PATH`; nothing: the usual ones."""
    from outrider.scan.advisories.formats.registry import by_name  # noqa: PLC0415 - every format: for one user

    name = "OUTRIDER_DATABASE_FEEDS"
    try:
        value = json_document.parse(said, name) if said else list(DEFAULT_FEEDS)
    except InvalidInput as error:
        raise UsageError(error.message) from None
    if not isinstance(value, list) or not value:
        raise UsageError(f"{name} is no list", hint='["osv:PyPI/all.zip", "kev:kev.json"]')
    feeds = []
    for entry in value:
        format_, _, path = str(entry).partition(":")
        if by_name(format_) is None or not _PATH.match(path):
            raise UsageError(f"{name} has no feed of the form FORMAT:PATH: {str(entry)[:80]!r}")
        feeds.append(Feed(format_, path))
    return tuple(feeds)
