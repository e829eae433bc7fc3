"""Which shards a user wants: `--only`."""

from collections.abc import Callable, Collection

from outrider.errors import InvalidInput, UsageError
from outrider.scan.advisories.names import CVE_SHARD, shard_of


def wanted(only: Collection[str]) -> Callable[[str], bool]:
    """Whether a shard is asked for: by its ecosystem, with or without its release; all when nothing is named.

    Raises UsageError for what cannot be an ecosystem.
    """
    try:
        names = {CVE_SHARD if name.lower() == CVE_SHARD else shard_of(name) for name in only}
    except InvalidInput as error:
        raise UsageError(
            f"--only: {error.message}", hint="write it as Debian:12, PyPI, npm or cve."
        ) from None
    if not names:
        return lambda name: True
    return lambda name: name in names or any(name.startswith(f"{chosen}-") for chosen in names)
