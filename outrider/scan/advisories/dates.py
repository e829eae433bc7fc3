"""Dates as feeds write them: days, RFC 3339 in any precision, and what Python prints."""

from datetime import UTC, datetime


def parse_date(written: str) -> datetime | None:
    """A date or a time, in UTC where it says no zone; None: it is neither."""
    try:
        found = datetime.fromisoformat(written.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(written: str) -> str:
    """The day of a date, `2026-11-27`; empty where it is none."""
    found = parse_date(written)
    return found.strftime("%Y-%m-%d") if found else ""


def in_full(moment: datetime) -> str:
    """A moment as manifests write it, `2026-11-27T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
