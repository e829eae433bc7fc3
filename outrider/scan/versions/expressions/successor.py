"""The version just after another one, for ranges that begin above one: advisories know only `introduced`.

Semantic versions, NuGet's and Composer's have a next one. Gems' and Maven's do not: between any two lies
another. There it is one that sorts before whatever people publish.
"""

from collections.abc import Callable

from outrider.scan.versions import composer, gem, go, maven, npm, nuget, pep440, semver
from outrider.scan.versions.encoding import refused


def _semantic(version: str, count: int = 3) -> str:
    """`1.2.3` → `1.2.4-0`, `1.2.3-a` → `1.2.3-a.0`."""
    bare = version.strip().partition("+")[0].lstrip("vV= \t")
    release, dash, prerelease = bare.partition("-")
    if dash:
        return f"{release}-{prerelease}.0"
    numbers = (release.split(".") + ["0"] * count)[:count]
    if not all(part.isdigit() for part in numbers):
        raise refused(version, "semantic", "what follows it is not known")
    return ".".join([*numbers[:-1], str(int(numbers[-1]) + 1)]) + "-0"


def _nuget(version: str) -> str:
    return _semantic(version, 4)


def _composer(version: str) -> str:
    """`1.0` → the development version of its first patch; `1.0-beta-dev` → `1.0-beta`."""
    bare = version.strip().partition("+")[0]
    if bare.lower().endswith("dev"):
        return bare[:-3].rstrip(".-_")
    return f"{bare}.0-dev" if any(character.isalpha() for character in bare[1:]) else f"{bare}-patch-dev"


def _gem(version: str) -> str:
    return f"{version.strip()}.0.0.0.0.0.1"


def _maven(version: str) -> str:
    return f"{version.strip()}-sp"


def _pep440(version: str) -> str:
    return f"{version.strip()}.0" if "+" in version else f"{version.strip()}+0"


_SUCCESSORS: dict[str, Callable[[str], str]] = {
    composer.SCHEME.name: _composer,
    gem.SCHEME.name: _gem,
    go.SCHEME.name: _semantic,
    maven.SCHEME.name: _maven,
    npm.SCHEME.name: _semantic,
    nuget.SCHEME.name: _nuget,
    pep440.SCHEME.name: _pep440,
    semver.SCHEME.name: _semantic,
}


def successor(scheme: str, version: str) -> str:
    """The version just after `version` in a scheme. Raises InvalidInput where we know none."""
    following = _SUCCESSORS.get(scheme)
    if not following:
        raise refused(version, scheme, "what follows it is not known")
    return following(version)
