"""A function's variables and layers as they would be without us: what every patch and removal starts from.

Three-way: what still holds what we wrote goes back to what was; what somebody changed since is theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.inject import function_names as names
from outrider.inject.function_original import ABSENT, FunctionOriginal
from outrider.inject.original import fingerprint


@dataclass(frozen=True, slots=True)
class FunctionPristine:
    """A function without anything of ours."""

    variables: dict[str, str] = field(repr=False)
    layers: tuple[str, ...]
    touched: bool
    """Whether something of ours was found in it."""
    warnings: tuple[str, ...] = ()


def variables_of(configuration: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables of a configuration; a copy."""
    return dict((configuration.get("Environment") or {}).get("Variables") or {})


def layers_of(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """The layers of a configuration, in order."""
    return tuple(layer["Arn"] for layer in configuration.get("Layers") or [])


def is_wrapped(configuration: Mapping[str, Any]) -> bool:
    """Whether our wrapper starts the function."""
    return variables_of(configuration).get(names.WRAPPER) == names.OUR_WRAPPER


def pristine(configuration: Mapping[str, Any], original: FunctionOriginal | None) -> FunctionPristine:
    """What a configuration is without us. Without a record our parts are known by their names."""
    variables, layers = variables_of(configuration), layers_of(configuration)
    wrapped = is_wrapped(configuration)
    if original is None:
        return _by_names(variables, layers) if wrapped else FunctionPristine(variables, layers, False)
    warnings: list[str] = []
    before = _variables_before(variables, original, wrapped, warnings)
    attached = _layers_before(layers, original, warnings)
    touched = wrapped or before != variables or attached != layers
    return FunctionPristine(before, attached, touched, tuple(warnings))


def _by_names(variables: dict[str, str], layers: tuple[str, ...]) -> FunctionPristine:
    """Set up by hand, or the record was lost: everything with a name of ours goes."""
    before = {name: value for name, value in variables.items() if name not in names.OUR_VARIABLES}
    del before[names.WRAPPER]
    if (chained := variables.get(names.CHAINED)) and chained != names.OUR_WRAPPER:
        before[names.WRAPPER] = chained
    return FunctionPristine(before, tuple(arn for arn in layers if not names.is_our_layer(arn)), True)


def _variables_before(
    now: dict[str, str], original: FunctionOriginal, wrapped: bool, warnings: list[str]
) -> dict[str, str]:
    """The variables without ours."""
    before = dict(now)
    same = {name for name, digest in original.wrote.items() if fingerprint(now.get(name)) == digest}
    for name in sorted(original.wrote):
        if name == names.WRAPPER:
            continue
        if name in same or wrapped:
            _put(before, name, original.was.get(name))
        if wrapped and name not in same and name != names.CHAINED:
            warnings.append(f"{name} was changed after the patch; it is ours and is not kept")
    chain_is_ours = fingerprint(now.get(names.CHAINED)) == original.wrote.get(names.CHAINED, ABSENT)
    if wrapped:
        _put(
            before,
            names.WRAPPER,
            original.was.get(names.WRAPPER) if chain_is_ours else now.get(names.CHAINED),
        )
        if not chain_is_ours and names.CHAINED not in original.wrote:
            before.pop(names.CHAINED, None)
    elif names.WRAPPER in original.wrote and now.get(names.WRAPPER) != original.was.get(names.WRAPPER):
        warnings.append(f"{names.WRAPPER} was changed after the patch and is kept as it is now")
    return before


def _layers_before(now: tuple[str, ...], original: FunctionOriginal, warnings: list[str]) -> tuple[str, ...]:
    """The layers without ours, in the order they have now; exactly as they were when nobody changed them."""
    ours = {names.base(arn) for arn in original.ours}
    if not any(names.base(arn) in ours for arn in now):
        return now
    rest = _not_ours(now, ours)
    if rest == _not_ours(original.layers, ours):
        return original.layers
    warnings.append("layers were changed after the patch and are kept as they are now, without ours")
    return rest


def _not_ours(layers: tuple[str, ...], ours: set[str]) -> tuple[str, ...]:
    """The layers that neither were attached by us nor bear a name of ours."""
    return tuple(arn for arn in layers if names.base(arn) not in ours and not names.is_our_layer(arn))


def _put(variables: dict[str, str], name: str, value: str | None) -> None:
    """Set a variable, or take it out."""
    if value is None:
        variables.pop(name, None)
    else:
        variables[name] = value
