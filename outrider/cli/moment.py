"""The moment by which a command judges: now, unless SOURCE_DATE_EPOCH fixes it.

https://reproducible-builds.org/specs/source-date-epoch/
"""

import os
from datetime import UTC, datetime

from outrider.errors import UsageError


def moment() -> datetime:
    """In UTC. Raises UsageError where the variable is no moment in seconds."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH: {fixed[:40]!r}", hint="it takes seconds since 1970.") from None


def moment_ns() -> int:
    """The same in ns since the epoch, to the microsecond."""
    now = moment()
    return (int(now.timestamp()) * 1_000_000 + now.microsecond) * 1000
