"""Where things that may be made anew are kept for a user (XDG Base Directory Specification)."""

import os
from collections.abc import Mapping
from pathlib import Path


def user_cache(name: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Our folder of that name in the user's cache; it may not be there yet."""
    home = environment.get("HOME")
    base = environment.get("XDG_CACHE_HOME") or (Path(home) if home else Path.home()) / ".cache"
    return Path(base) / "outrider" / name
