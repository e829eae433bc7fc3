"""Whether anybody still mends a distribution, a Lambda runtime or a language. Dates: `lifetimes.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

from outrider.model.package import Release
from outrider.scan.matching import lifetimes

_TITLES = {"dotnet": ".NET", "java": "Java", "nodejs": "Node.js", "python": "Python", "ruby": "Ruby"}


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of something, in the past."""

    subject: str
    """`Debian GNU/Linux 10 (buster)`, `runtime python3.8`."""
    date: str
    """The last day with security fixes, ISO 8601."""
    words: str
    """A sentence without its full stop."""
    source: str = ""
    """Where the date is from."""
    blocked: str = ""
    """Lambda: from this day on functions cannot be updated; empty: it is not known."""


def distribution(release: Release, today: str) -> Ended | None:
    """The end of a distribution's release, if it is over by `today` (ISO date); None also if unknown."""
    releases = lifetimes.DISTRIBUTIONS.get(release.id, {})
    version = _key(releases, release.version)
    if release.id == "centos" and version == "8" and "Stream" not in release.name:
        return _ended(release.name or "CentOS 8", "2021-12-31", today, "centos")
    return _ended(
        release.name or f"{release.id} {release.version}", releases.get(version, ""), today, release.id
    )


def function_runtime(runtime: str, today: str) -> Ended | None:
    """The deprecation of a Lambda runtime, `python3.8`, if it is past by `today`."""
    date, blocked = lifetimes.LAMBDA.get(runtime, ("", ""))
    if not date or date >= today:
        return None
    words = f"AWS no longer patches the runtime {runtime} since {date}"
    if blocked and blocked <= today:
        words += f", and functions that use it can no longer be updated since {blocked}"
    return Ended(f"runtime {runtime}", date, words, lifetimes.SOURCES["lambda"], blocked)


def language(name: str, version: str, today: str) -> Ended | None:
    """The end of a language's release: `python`, `nodejs`, `ruby`, `java` or `dotnet`, and `3.8.10`."""
    releases = lifetimes.LANGUAGES.get(name, {})
    release = _key(releases, version)
    return _ended(f"{_TITLES.get(name, name)} {release}", releases.get(release, ""), today, name)


def _key(releases: Mapping[str, str], version: str) -> str:
    """The table's name for a version: as it is, or with fewer parts (`3.20.3` → `3.20`, `12.5` → `12`)."""
    parts = version.split(".")
    candidates = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((candidate for candidate in candidates if candidate in releases), "")


def _ended(subject: str, date: str, today: str, table: str) -> Ended | None:
    if not date or date >= today:
        return None
    return Ended(
        subject, date, f"{subject} has had no security support since {date}", lifetimes.SOURCES[table]
    )
