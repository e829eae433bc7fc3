"""Functions: the layer last in their list, and variables as overrides of single properties.

An override leaves alone what is there; the environment as a whole is read to decide, never written back.
"""

from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from outrider.cdk.annotations import Speaker
from outrider.cdk.choices import Choices
from outrider.cdk.intrinsics import Hidden, is_hidden, is_intrinsic
from outrider.cdk.leaving_alone import coming_tags, reason_in_tags
from outrider.cdk.own_functions import reason_for_own
from outrider.errors import OutriderError, RefusedDefinition
from outrider.inject import function_names as names
from outrider.inject.function_patch import patch_function
from outrider.inject.function_pristine import is_wrapped, variables_of
from outrider.inject.function_refusals import Found
from outrider.model.outcome import Covered, Failed, Skipped


def protect(node: lambda_.CfnFunction, choices: Choices) -> None:
    """Add layer and variables to a function, or say why not."""
    speaker, subject = Speaker(node), "function"
    reason, settings = _reason(node), choices.functions
    if reason or settings is None:
        speaker.outcome(Skipped(subject, reason or "no layers are given"))
        return
    try:
        configuration = _configuration(node)
    except OutriderError as error:
        speaker.outcome(Failed(subject, error.message, error.hint))
        return
    if is_wrapped(configuration):
        speaker.outcome(Skipped(subject, f"{names.WRAPPER} is ours already: it was set up by hand"))
        return
    change = patch_function(Found(configuration), settings)
    speaker.outcome(replace(change.outcome, subject=subject))
    for warning in change.warnings:
        speaker.caution(warning)
    if not isinstance(change.outcome, Covered):
        return
    _write(node, choices, change.after, variables_of(configuration))


def _reason(node: lambda_.CfnFunction) -> str:
    """Why a function is left alone before anybody looks at its settings; empty when it is not."""
    tags = {**coming_tags(node), **{key: str(value) for key, value in node.tags.tag_values().items()}}
    if reason := reason_in_tags(tags):
        return reason
    return reason_for_own(node)


def _configuration(node: lambda_.CfnFunction) -> dict[str, Any]:
    """A function as GetFunctionConfiguration would answer. Raises RefusedDefinition for what is not known.

    Read through the properties as a whole: `node.environment` gives a token of an L2 the form of a struct,
    and everything in it is lost.
    """
    stack = cdk.Stack.of(node)
    found = {key: stack.resolve(value) for key, value in dict(node._cfn_properties).items()}
    configuration = {"FunctionName": node.node.path}
    for key, name in {"runtime": "Runtime", "packageType": "PackageType"}.items():
        if is_intrinsic(found.get(key)):
            raise _unknown(key)
        if found.get(key):
            configuration[name] = found[key]
    if not cdk.Token.is_unresolved(stack.region):
        configuration["FunctionArn"] = f"arn:aws:lambda:{stack.region}:000000000000:function:name"
    return {
        **configuration,
        "Architectures": _architectures(found.get("architectures")),
        "Environment": {"Variables": _variables(found.get("environment"))},
        "Layers": [{"Arn": arn} for arn in _layers(found.get("layers"))],
    }


def _architectures(value: Any) -> list[str]:
    """The architectures, Lambda's default when none is named."""
    if value is None:
        return [names.X86_64]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _unknown("architecture")
    return value or [names.X86_64]


def _variables(value: Any) -> dict[str, str]:
    """The variables, intrinsic values as placeholders."""
    if value is None:
        return {}
    variables = value.get("variables") if isinstance(value, dict) else None
    if not isinstance(variables, dict) or is_intrinsic(variables):
        raise RefusedDefinition(
            "its environment cannot be read, so a wrapper that is there would be lost",
            hint="write it out, read nothing from node.environment before, or leave the function alone.",
        )
    if is_intrinsic(variables.get(names.WRAPPER)):
        raise _unknown(names.WRAPPER)
    hidden = Hidden()
    return {str(name): str(hidden.text(text)) for name, text in variables.items() if text is not None}


def _layers(value: Any) -> list[str]:
    """The layers, intrinsic ones as placeholders."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise _unknown("list of layers")
    hidden = Hidden()
    return [str(hidden.text(arn)) for arn in value]


def _unknown(what: str) -> RefusedDefinition:
    """The refusal of a function when the decision needs what only a deployment knows."""
    return RefusedDefinition(
        f"its {what} is known at deployment only",
        hint="write it out, or leave the function alone with leave_alone(construct, reason).",
    )


def _write(
    node: lambda_.CfnFunction, choices: Choices, after: dict[str, Any], before: dict[str, str]
) -> None:
    """Attach the layer, set the variables that changed."""
    added = [layer["Arn"] for layer in after["Layers"] if layer["Arn"] in choices.arns]
    original = dict(node._cfn_properties).get("layers")
    producer = Layers(original, [choices.arns[arn] for arn in added])
    node.layers = cdk.Token.as_list(cdk.Lazy.uncached_any(producer))
    for name, value in sorted(variables_of(after).items()):
        if before.get(name) != value and not is_hidden(value):
            node.add_property_override(f"Environment.Variables.{name}", value)


@jsii.implements(cdk.IAnyProducer)
class Layers:
    """The layers of a function when CDK asks for them: those that are there then, and ours last."""

    def __init__(self, original: Any, added: list[str]) -> None:
        self._original = original
        self._added = added

    def produce(self, context: cdk.IResolveContext) -> Any:
        """The list."""
        there = context.resolve(self._original) or []
        kept = [arn for arn in there if not (isinstance(arn, str) and names.is_our_layer(arn))]
        return [*kept, *self._added]
