"""Functions that should be patched and cannot be: each ends as `Failed`, with what to do about it.

`UNTOUCHABLE` hold for a removal too; `BEFORE` look at the function as it is, `AFTER` at what would be
written. To add one: README.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import RefusedDefinition
from outrider.inject import function_names as names
from outrider.inject.function_settings import FunctionSettings, Layer
from outrider.inject.function_skips import is_known_runtime


@dataclass(frozen=True, slots=True)
class CodeSigning:
    """The code signing configuration of a function."""

    enforced: bool
    """False: AWS only warns."""
    profiles: frozenset[str]
    """Signing profile versions whose signatures count."""


@dataclass(frozen=True, slots=True)
class Found:
    """A function as it was read."""

    configuration: Mapping[str, Any] = field(repr=False)
    """GetFunctionConfiguration's answer."""
    tags: Mapping[str, str] = field(default_factory=dict)
    original: str = field(default="", repr=False)
    """The parameter with what it was before; empty when there is none."""
    signing: CodeSigning | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self.configuration.get("FunctionName", ""))


@dataclass(frozen=True, slots=True)
class Written:
    """What would be written: all variables and layers, as the API replaces them whole."""

    variables: Mapping[str, str] = field(repr=False)
    layers: tuple[str, ...]
    added: tuple[Layer, ...]
    request: Mapping[str, Any] = field(repr=False)


def unreadable_environment(found: Found) -> None:
    """Variables that cannot be decrypted are missing in the answer: writing would wipe them out."""
    if error := (found.configuration.get("Environment") or {}).get("Error"):
        raise RefusedDefinition(
            f"its environment variables cannot be read ({error.get('ErrorCode', 'unknown')}), "
            "and writing would lose them",
            hint="the key that encrypts them must allow kms:Decrypt to whoever patches.",
        )


def unusable_state(found: Found) -> None:
    """A function in trouble is not changed: nobody could tell which change it was."""
    state = found.configuration.get("State", "Active")
    update = found.configuration.get("LastUpdateStatus", "Successful")
    if state not in {"Active", "Inactive", "ActiveNonInvocable"}:
        raise RefusedDefinition(f"its state is {state}", hint="it can be patched once it is Active.")
    if update != "Successful":
        why = found.configuration.get("LastUpdateStatusReasonCode") or "no reason given"
        raise RefusedDefinition(
            f"its last update is {update} ({why})", hint="repair it with an update of its own first."
        )


def unknown_runtime(found: Found, settings: FunctionSettings) -> None:
    """A family of runtimes nobody has tried the guard with."""
    runtime = found.configuration.get("Runtime", "")
    if not is_known_runtime(runtime):
        raise RefusedDefinition(
            f"its runtime is not one this version knows: {runtime or 'none'}", hint="update Outrider."
        )


def no_layer_for_it(found: Found, settings: FunctionSettings) -> None:
    """A layer is native code for one architecture, in one region."""
    architecture = architecture_of(found.configuration)
    layer = settings.layers.get(architecture)
    if layer is None:
        raise RefusedDefinition(
            f"it runs on {architecture}, and no layer for that is given",
            hint=f"name one with --layer-arn {architecture}=ARN, or give both zips with --layer-zip DIR.",
        )
    here = names.region(str(found.configuration.get("FunctionArn", "")))
    if here and names.region(layer.arn) != here:
        raise RefusedDefinition(
            f"it is in {here}, the layer in {names.region(layer.arn)}",
            hint="a layer serves its own region: publish it there.",
        )


def too_many_layers(found: Found, written: Written, settings: FunctionSettings) -> None:
    """Lambda's limit, ours included."""
    if len(written.layers) > names.MAX_LAYERS:
        raise RefusedDefinition(
            f"it would have {len(written.layers)} layers; Lambda takes {names.MAX_LAYERS}",
            hint=f"Outrider needs {len(written.added)} of them: merge layers of the function.",
        )


def unsigned_layer(found: Found, written: Written, settings: FunctionSettings) -> None:
    """Code signing that is enforced takes only layers signed by profiles it names."""
    if found.signing is None or settings.signed or not found.signing.enforced:
        return
    for layer in written.added:
        if layer.signer not in found.signing.profiles:
            raise RefusedDefinition(
                f"its code signing takes only signed layers, and {layer.arn} is "
                + ("signed by another profile" if layer.signer else "not signed"),
                hint="sign the zip with AWS Signer, publish it, name it with --layer-arn (and --signed if "
                "its signature cannot be read from here); a policy then goes inline or into --policy-source.",
            )


def too_large_unzipped(found: Found, written: Written, settings: FunctionSettings) -> None:
    """Only zipped sizes can be asked for: over the limit already when zipped is certainly over it."""
    known = zipped_size(found, written)
    if known > names.MAX_UNZIPPED:
        raise RefusedDefinition(
            f"its package and layers have {known} bytes zipped; Lambda takes {names.MAX_UNZIPPED} unzipped",
            hint="make the package smaller.",
        )


def environment_too_large(found: Found, written: Written, settings: FunctionSettings) -> None:
    """Lambda's limit on all variables."""
    size = environment_size(written.variables)
    if size > names.MAX_ENVIRONMENT:
        raise RefusedDefinition(
            f"its environment variables would measure {size} bytes; Lambda takes {names.MAX_ENVIRONMENT}",
            hint="move long values out (Parameter Store, Secrets Manager).",
        )


def request_too_large(found: Found, written: Written, settings: FunctionSettings) -> None:
    """The API's limit on one request."""
    size = request_size(written.request)
    if size > names.MAX_REQUEST:
        raise RefusedDefinition(
            f"the request would have {size} bytes; the API takes {names.MAX_REQUEST}",
            hint="move long values out of its environment (Parameter Store, Secrets Manager).",
        )


UNTOUCHABLE: tuple[Callable[[Found], None], ...] = (unreadable_environment, unusable_state)
BEFORE: tuple[Callable[[Found, FunctionSettings], None], ...] = (unknown_runtime, no_layer_for_it)
AFTER: tuple[Callable[[Found, Written, FunctionSettings], None], ...] = (
    too_many_layers,
    unsigned_layer,
    too_large_unzipped,
    environment_too_large,
    request_too_large,
)


def architecture_of(configuration: Mapping[str, Any]) -> str:
    """The architecture of a function, as Lambda names it."""
    return str((configuration.get("Architectures") or [names.X86_64])[0])


def environment_size(variables: Mapping[str, str]) -> int:
    """Bytes of the variables as Lambda measures them: compact JSON, UTF-8."""
    return len(json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False).encode())


def request_size(request: Mapping[str, Any]) -> int:
    """Bytes of the request as boto3 sends it, with room for the revision; the name is in its address."""
    body = {**request, "RevisionId": "0" * 36}
    return len(json.dumps({key: value for key, value in body.items() if key != "FunctionName"}).encode())


def zipped_size(found: Found, written: Written) -> int:
    """Bytes of the package and of all layers whose size is known, zipped."""
    sizes: dict[str, int] = {
        layer["Arn"]: layer.get("CodeSize", 0) for layer in found.configuration.get("Layers") or []
    }
    sizes.update({layer.arn: layer.size for layer in written.added})
    return int(found.configuration.get("CodeSize", 0)) + sum(sizes.get(arn, 0) for arn in written.layers)
