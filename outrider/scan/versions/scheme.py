"""What a version scheme is: versions in, byte strings out whose order is that of the versions.

One function serves both the comparison and the database, which keeps the keys and filters ranges by them in
SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the versions of one ecosystem are ordered.

    `key(a) < key(b)` exactly when a is older than b, and `key(a) == key(b)` exactly when neither is, however
    they
    are written. `key` raises InvalidInput for text that is no version at all (many schemes take any text),
    or is
    longer than `limits.VERSION`.
    """

    name: str
    """That of its module: `dpkg`, `rpm`, `apk`, `pep440`, `semver`, `gem`, `maven`, `go`, `nuget`,
    `composer`."""
    key: Callable[[str], bytes]
    revision: int = 1
    """Raised whenever a key changes: databases built with another revision are refused."""

    def compare(self, left: str, right: str) -> int:
        """-1, 0 or 1: left is older, the same, or newer. Raises InvalidInput."""
        one, other = self.key(left), self.key(right)
        return (one > other) - (one < other)
