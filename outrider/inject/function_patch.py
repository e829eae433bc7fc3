"""The transformation of a function: its configuration in, the update that puts the defender in out.

Nothing it is given is changed, and its own result given to it again asks for no update.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import OutriderError, RefusedDefinition
from outrider.inject import function_cautions as cautions
from outrider.inject import function_names as names
from outrider.inject.function_original import FunctionOriginal, from_text, to_text
from outrider.inject.function_pristine import (
    FunctionPristine,
    is_wrapped,
    layers_of,
    pristine,
    variables_of,
)
from outrider.inject.function_refusals import (
    AFTER,
    BEFORE,
    UNTOUCHABLE,
    Found,
    Written,
    architecture_of,
    environment_size,
    request_size,
)
from outrider.inject.function_settings import FunctionSettings, Layer
from outrider.inject.function_skips import reason_to_skip
from outrider.inject.original import fingerprint
from outrider.model.outcome import Covered, Failed, Outcome, Skipped


@dataclass(frozen=True, slots=True)
class FunctionChange:
    """What is to be done to one function."""

    found: Found = field(repr=False)
    outcome: Outcome
    update: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Fields for UpdateFunctionConfiguration that change, whole; empty when none does."""
    original: str = field(default="", repr=False)
    """What the parameter is to hold; empty: it is to go."""
    marked: bool = False
    """Whether the function is to bear our tag."""
    warnings: tuple[str, ...] = ()
    wants_policy_layer: bool = False
    """The policy has no room in the environment, and no layer holds it: publish one and ask again."""

    @property
    def changes(self) -> bool:
        """Whether anything is to be written: the function, its marker or the record."""
        if not isinstance(self.outcome, Covered):
            return False
        marked = names.MARKER in self.found.tags
        return bool(self.update) or self.original != self.found.original or self.marked != marked

    @property
    def after(self) -> dict[str, Any]:
        """The configuration as it will be, in GetFunctionConfiguration's form."""
        configuration = dict(self.found.configuration)
        if "Environment" in self.update:
            configuration["Environment"] = self.update["Environment"]
        if "Layers" in self.update:
            configuration["Layers"] = [{"Arn": arn} for arn in self.update["Layers"]]
        return configuration


def patch_function(found: Found, settings: FunctionSettings) -> FunctionChange:
    """Decide what has to be written to protect a function. Never raises: what is wrong is the outcome."""
    subject = f"function {found.name}"
    if reason := reason_to_skip(found.configuration, found.tags):
        return _unchanged(found, Skipped(subject, reason))
    try:
        return _patched(found, settings, subject)
    except OutriderError as error:
        return _unchanged(found, Failed(subject, error.message, error.hint))


def _patched(found: Found, settings: FunctionSettings, subject: str) -> FunctionChange:
    """The change for a function that is to be patched. Raises what speaks against it."""
    for untouchable in UNTOUCHABLE:
        untouchable(found)
    for refusal in BEFORE:
        refusal(found, settings)
    original = from_text(found.original, found.name) if found.original else None
    before = pristine(found.configuration, original)
    written, wants = _with_policy(found, before, settings)
    for check in AFTER:
        check(found, written, settings)
    if wants:
        refused = RefusedDefinition(
            "its policy has no room in its environment and needs a layer of its own",
            hint="allow that layer to be published with --publish-policy-layer, or use --policy-source.",
        )
        return _unchanged(found, Failed(subject, refused.message, refused.hint), wants_policy_layer=True)
    record = _record(before, written, original)
    warnings = [*before.warnings, *_hand_made(found, original), *_foreign(before, written)]
    warnings += cautions.of_function(found, written, settings)
    return FunctionChange(
        found,
        Covered(subject, _said(found, before, written)),
        difference(found.configuration, written.variables, written.layers),
        to_text(record),
        cautions.markable(found.tags),
        tuple(warnings),
    )


def difference(
    configuration: Mapping[str, Any], variables: Mapping[str, str], layers: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of UpdateFunctionConfiguration that change; each is replaced whole by the API."""
    update: dict[str, Any] = {}
    if variables != variables_of(configuration):
        update["Environment"] = {"Variables": dict(variables)}
    if layers != layers_of(configuration):
        update["Layers"] = list(layers)
    return update


def _with_policy(found: Found, before: FunctionPristine, settings: FunctionSettings) -> tuple[Written, bool]:
    """What to write; the policy inline when there is room.

    And whether it needs a layer that nobody has published yet: what is written is then as if there were one.
    """
    if not settings.policy:
        return _written(found, before, settings, {}, None), False
    text = base64.b64encode(settings.policy).decode()
    if len(text) <= names.MAX_INLINE_POLICY:
        inline = _written(found, before, settings, {names.POLICY: text}, None)
        if _fits(inline):
            return inline, False
    layer = settings.policy_layer
    stand_in = layer or Layer(
        f"{names.base(settings.layers[architecture_of(found.configuration)].arn)}-policy:1"
    )
    return _written(found, before, settings, {names.POLICY: None}, stand_in), layer is None


def _fits(written: Written) -> bool:
    """Whether Lambda would take it."""
    return (
        environment_size(written.variables) <= names.MAX_ENVIRONMENT
        and request_size(written.request) <= names.MAX_REQUEST
    )


def _written(
    found: Found,
    before: FunctionPristine,
    settings: FunctionSettings,
    policy: Mapping[str, str | None],
    policy_layer: Layer | None,
) -> Written:
    """All variables and layers: the customer's in their order, then ours."""
    chained = before.variables.get(names.WRAPPER) or None
    said: dict[str, str | None] = {
        names.WRAPPER: names.OUR_WRAPPER,
        names.CHAINED: chained if chained != names.OUR_WRAPPER else None,
        **settings.variables(),
        **policy,
    }
    merged = {**before.variables, **said}
    variables = {name: value for name, value in merged.items() if value is not None}
    layer = settings.layers[architecture_of(found.configuration)]
    added = (layer, policy_layer) if policy_layer else (layer,)
    ours = {names.base(part.arn) for part in added}
    kept = (a for a in before.layers if names.base(a) not in ours and not names.is_our_layer(a))
    layers = (*kept, *(part.arn for part in added))
    return Written(variables, layers, added, difference(found.configuration, variables, layers))


def _record(before: FunctionPristine, written: Written, former: FunctionOriginal | None) -> FunctionOriginal:
    """What a removal must know."""
    changed = sorted(
        name
        for name in names.OUR_VARIABLES | {names.WRAPPER}
        if written.variables.get(name) != before.variables.get(name)
    )
    return FunctionOriginal(
        layers=before.layers,
        ours=tuple(layer.arn for layer in written.added),
        was={name: before.variables[name] for name in changed if name in before.variables},
        wrote={name: fingerprint(written.variables.get(name)) for name in changed},
        aliases=former.aliases if former else {},
    )


def _hand_made(found: Found, original: FunctionOriginal | None) -> list[str]:
    """A caution when it was protected before, and nobody knows from what."""
    if original is not None or not is_wrapped(found.configuration):
        return []
    return ["was set up by hand, or its record was lost: a removal will take out all that has our names"]


def _foreign(before: FunctionPristine, written: Written) -> list[str]:
    """Cautions about variables of ours that the function's owner set, and that stay in force."""
    kept = sorted(
        name
        for name in names.OUR_VARIABLES & before.variables.keys()
        if written.variables.get(name) == before.variables[name]
    )
    return [f"{name} was set before and stays in force" for name in kept]


def _said(found: Found, before: FunctionPristine, written: Written) -> str:
    """What was done, for the report."""
    layer = written.added[0].arn
    words = f"layer {names.layer_name(layer)}:{layer.rpartition(':')[2]}"
    if names.POLICY in written.variables:
        words += ", policy in its environment"
    if len(written.added) > 1:
        words += f", policy in layer {names.layer_name(written.added[1].arn)}"
    if written.variables.get(names.CHAINED):
        words += ", its wrapper chained"
    return f"{words} (was patched already)" if before.touched else words


def _unchanged(found: Found, outcome: Outcome, *, wants_policy_layer: bool = False) -> FunctionChange:
    """A function that is left as it is."""
    return FunctionChange(
        found,
        outcome,
        original=found.original,
        marked=names.MARKER in found.tags,
        wants_policy_layer=wants_policy_layer,
    )
