"""Version specifiers of Python: `>=1.2,<2`, `~=1.4.2`, `==1.1.*`, with `||` between alternatives.

Local versions (`1.0+cu118`) belong to the public one they are built from; `<1.0` leaves the prereleases of
1.0 out. https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from outrider.scan.versions.encoding import refused
from outrider.scan.versions.expressions.spans import EVERYTHING, Spans, both, compared, either, outside
from outrider.scan.versions.pep440 import SCHEME

_PAST_ALL = "9" * 20
"""A number that no post-release has."""


def spans(expression: str) -> Spans:
    """The versions that a set of specifiers contains, prereleases included. Raises InvalidInput."""
    return either(*(_alternative(part.strip(), expression) for part in expression.split("||")))


def _alternative(part: str, expression: str) -> Spans:
    result = EVERYTHING
    try:
        specifiers = sorted(SpecifierSet("" if part == "*" else part), key=str)
        for specifier in specifiers:
            result = both(result, _one(specifier))
    except (InvalidSpecifier, InvalidVersion):
        raise refused(expression, "PEP 440", "it is no set of specifiers either") from None
    return result


def _one(specifier: Specifier) -> Spans:
    operator, text = specifier.operator, specifier.version
    if operator == "===":
        return compared(SCHEME, "=", text)
    if operator in {"==", "!="}:
        same = _beginning(text[:-2]) if text.endswith(".*") else _equal(Version(text))
        return same if operator == "==" else outside(same)
    return _bound(operator, Version(text))


def _bound(operator: str, version: Version) -> Spans:
    match operator:
        case "<=":
            return compared(SCHEME, "<", _following(version))
        case "<":
            return _below(version)
        case ">":
            return compared(SCHEME, ">=", _past(version))
    low = compared(SCHEME, ">=", str(version))
    return both(low, _beginning(_without_last(version))) if operator == "~=" else low


def _equal(version: Version) -> Spans:
    """A version with all its local ones, or the local one that is named."""
    if version.local:
        return compared(SCHEME, "=", str(version))
    return both(compared(SCHEME, ">=", str(version)), compared(SCHEME, "<", _following(version)))


def _following(version: Version) -> str:
    """The lowest version that is no local one of this."""
    if version.dev is not None:
        return f"{version.public[: version.public.rindex('dev')]}dev{version.dev + 1}"
    if version.post is not None:
        return f"{version.public[: version.public.rindex('post')]}post{version.post + 1}.dev0"
    return f"{version.public}.post0.dev0"


def _past(version: Version) -> str:
    """`>1.7` leaves the post-releases of 1.7 out."""
    if version.dev is not None or version.post is not None:
        return _following(version)
    return f"{version.public}.post{_PAST_ALL}"


def _below(version: Version) -> Spans:
    if version.is_prerelease or version.post is not None:
        return compared(SCHEME, "<", version.public)
    return compared(SCHEME, "<", f"{version.public}.dev0")


def _beginning(prefix: str) -> Spans:
    """`1.2` as in `==1.2.*`: from its first development release to that of 1.3."""
    version = Version(prefix)
    epoch = f"{version.epoch}!" if version.epoch else ""
    release = [*version.release[:-1], version.release[-1] + 1]
    following = epoch + ".".join(map(str, release))
    return both(compared(SCHEME, ">=", f"{prefix}.dev0"), compared(SCHEME, "<", f"{following}.dev0"))


def _without_last(version: Version) -> str:
    epoch = f"{version.epoch}!" if version.epoch else ""
    return epoch + ".".join(map(str, version.release[:-1]))
