"""Versions cannot be changed: what an alias runs stays as it is until the alias moves to a new version.

Moving an alias to a version published now also releases whatever else was changed in $LATEST since: an alias
is moved only when its version runs the same as $LATEST, but for us.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import RefusedDefinition
from outrider.inject import function_names as names
from outrider.inject.function_original import FunctionOriginal, Moved
from outrider.inject.function_pristine import is_wrapped, layers_of, pristine, variables_of

_COMPARED = (
    "Runtime", "Handler", "CodeSha256", "Role", "MemorySize", "Timeout", "VpcConfig", "EphemeralStorage",
    "FileSystemConfigs", "TracingConfig", "DeadLetterConfig", "LoggingConfig", "KMSKeyArn", "Architectures",
)  # fmt: skip
"""Fields of a version that make a release."""


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias as it is."""

    name: str
    version: str
    configuration: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of that version; not needed for $LATEST."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Further version → its share of the calls."""
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What the user decided about versions."""

    wanted: bool = False
    """Publish and move; otherwise only say what stays as it is."""
    aliases: frozenset[str] = frozenset()
    """These aliases; empty: all whose version runs the same as $LATEST."""
    weighted: bool = False
    """Move aliases that share calls between two versions too: all calls then go to the new one."""
    release: bool = False
    """Move the named aliases also when that releases changes of $LATEST."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Which aliases are to be moved, and what is to be said about the others."""

    aliases: tuple[Alias, ...] = ()
    warnings: tuple[str, ...] = ()


def plan(
    after: Mapping[str, Any],
    aliases: tuple[Alias, ...],
    original: FunctionOriginal | None,
    publishing: Publishing,
) -> Moves:
    """Which aliases to move to a version of the configuration `after`. Raises RefusedDefinition.

    Aliases that run `after` already, or $LATEST itself, need no move.
    """
    if unknown := publishing.aliases - {alias.name for alias in aliases}:
        raise RefusedDefinition(
            f"it has no alias named {min(unknown)}", hint="see `aws lambda list-aliases`."
        )
    moved, warnings = [], []
    for alias in aliases:
        if alias.version == names.LATEST or (not alias.weights and _same_protection(alias, after)):
            continue
        named = alias.name in publishing.aliases
        if publishing.wanted and (named or not publishing.aliases):
            reason = _reason_to_leave(alias, after, original, publishing, named=named)
            if not reason:
                moved.append(alias)
                continue
            if named:
                raise RefusedDefinition(f"alias {alias.name} {reason[0]}", hint=reason[1])
            warnings.append(f"alias {alias.name} is not moved: it {reason[0]}; {reason[1]}")
        else:
            warnings.append(_stays(alias))
    return Moves(tuple(moved), tuple(warnings))


def moves_back(aliases: tuple[Alias, ...], original: FunctionOriginal) -> tuple[dict[str, Moved], list[str]]:
    """Which aliases go back to where they were, and what to say of those that somebody moved since."""
    now = {alias.name: alias.version for alias in aliases}
    back = {name: move for name, move in original.aliases.items() if now.get(name) == move.target}
    warnings = [
        f"alias {name} was moved or deleted after the patch and stays as it is"
        for name, move in original.aliases.items()
        if name not in back and now.get(name) != move.source
    ]
    for alias in aliases:
        if alias.name not in back and is_wrapped(alias.configuration):
            warnings.append(
                f"alias {alias.name} runs version {alias.version}, which is protected and stays so"
            )
    return back, warnings


def recorded(original: FunctionOriginal, moved: tuple[Alias, ...], version: str) -> dict[str, Moved]:
    """The record of aliases once these point at `version`; where they were first is kept."""
    aliases = dict(original.aliases)
    for alias in moved:
        former = aliases.get(alias.name)
        if former is not None and former.target == alias.version:
            aliases[alias.name] = Moved(former.source, version, former.weights)
        else:
            aliases[alias.name] = Moved(alias.version, version, alias.weights)
    return aliases


def notes(after: Mapping[str, Any], provisioned: tuple[str, ...]) -> list[str]:
    """What to know of versions kept warm: `provisioned` are the versions and aliases that are."""
    said = []
    if provisioned:
        said.append(
            f"provisioned concurrency is on {', '.join(provisioned)}: it runs those versions, not $LATEST"
        )
    if (after.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions":
        said.append("SnapStart: snapshots are made of published versions only")
    return said


def _stays(alias: Alias) -> str:
    """What to say of an alias nobody asked to move."""
    shares = "".join(f" and {share:.0%} version {number}" for number, share in alias.weights.items())
    state = "protected as it was published" if is_wrapped(alias.configuration) else "not protected"
    return (
        f"alias {alias.name} runs version {alias.version}{shares}, {state}: "
        f"--publish --alias {alias.name} moves it"
    )


def _same_protection(alias: Alias, after: Mapping[str, Any]) -> bool:
    """Whether a version has the variables and layers that $LATEST will have."""
    return variables_of(alias.configuration) == variables_of(after) and layers_of(
        alias.configuration
    ) == layers_of(after)


def _reason_to_leave(
    alias: Alias,
    after: Mapping[str, Any],
    original: FunctionOriginal | None,
    publishing: Publishing,
    *,
    named: bool,
) -> tuple[str, str] | None:
    """Why an alias is not to be moved, and what would change it."""
    if alias.weights and not publishing.weighted:
        return "shares its calls between two versions", "--weighted sends all of them to the new one"
    changed = released(alias, after, original)
    if changed and not (named and publishing.release):
        return (
            f"runs version {alias.version}, and $LATEST differs from it in {', '.join(changed)}",
            f"moving it would release that; --alias {alias.name} --release does",
        )
    return None


def released(alias: Alias, after: Mapping[str, Any], original: FunctionOriginal | None) -> list[str]:
    """The fields in which $LATEST differs from the version of an alias, our part left aside."""
    then, now = (pristine(each, original) for each in (alias.configuration, after))
    changed = [name for name in _COMPARED if alias.configuration.get(name) != after.get(name)]
    if then.variables != now.variables:
        changed.append("Environment")
    if then.layers != now.layers:
        changed.append("Layers")
    return changed
