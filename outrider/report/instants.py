"""Times that others wrote, in the one form that the formats take."""

from datetime import UTC, date, datetime

from outrider.errors import InvalidInput


def instant(text: str) -> str:
    """RFC 3339 in UTC to the second, `2024-01-01T00:00:00Z`, of a date or time of ISO 8601; empty when it is
    neither."""
    try:
        if len(text) == len("2024-01-01"):
            return f"{date.fromisoformat(text).isoformat()}T00:00:00Z"
        time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return ""
    return time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def milliseconds(text: str) -> int:
    """RFC 3339 in UTC → milliseconds since the epoch. Raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
        fraction = text[20:-1].ljust(3, "0")[:3] if "." in text else "0"
        return int(moment.timestamp()) * 1000 + int(fraction)
    except (ValueError, OverflowError):
        raise InvalidInput(f"no such time: {text[:40]!r}") from None
