"""`outrider function patch`: put the layer on functions."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import click

from outrider.account.function_writing import Plan, protecting
from outrider.account.functions import Functions, Seen
from outrider.cli.aws.functions import opened
from outrider.cli.functions import applying, choosing, publishing
from outrider.cli.layers.policy import function_policy
from outrider.errors import ExitStatus, UsageError
from outrider.inject import function_cautions
from outrider.inject.function_patch import patch_function
from outrider.inject.function_settings import FunctionSettings, Layer
from outrider.inject.function_versions import Publishing
from outrider.inject.settings import OnFailure
from outrider.model.event import Mode


@click.command("patch", short_help="Put the layer on functions.")
@choosing.options
@click.option(
    "--layer-arn", "arns", multiple=True, metavar="[ARCH=]ARN", help="The layer; one an architecture."
)
@click.option(
    "--layer-zip", "zips", default="", metavar="FILE|DIR", help="Publish the layer from here first."
)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.ALERT.value,
    show_default=True,
    help="The built-in policy that rules while there is no other.",
)
@click.option("--policy", default="", metavar="FILE", help="The functions' policy: a document or a blob.")
@click.option("--key", default="", metavar="FILE", help="Private key that signs this policy.")
@click.option("--publish-policy-layer", is_flag=True, help="A policy without room inline gets a layer.")
@click.option(
    "--policy-source", default="", metavar="SOURCE", help="ssm:/name or s3://bucket/key: newer ones."
)
@click.option(
    "--public-key", default="", metavar="BASE64", help="Take only policies this Ed25519 key signed."
)
@click.option(
    "--on-failure",
    type=click.Choice([choice.value for choice in OnFailure]),
    default=OnFailure.AVAILABILITY.value,
    show_default=True,
    help="A function that cannot be protected starts all the same, or does not start.",
)
@click.option("--log", type=click.Choice(["deviations", "all"]), default="deviations", show_default=True)
@click.option("--signed", is_flag=True, help="The layers are signed as the functions' code signing asks.")
@click.option("--publish", is_flag=True, help="Publish a version, and move aliases to it.")
@click.option(
    "--alias", "aliases", multiple=True, metavar="NAME", help="Move these; default: all that may be."
)
@click.option("--weighted", is_flag=True, help="Move aliases that share their calls, too.")
@click.option("--release", is_flag=True, help="Move --alias also when that releases changes of $LATEST.")
@applying.options
def command(
    *,
    names: tuple[str, ...],
    tags: tuple[str, ...],
    patterns: tuple[str, ...],
    everything: bool,
    region: str | None,
    **choices: Any,
) -> ExitStatus:
    """Put the layer and its wrapper on Lambda functions; their code is not touched.

    A function's layers and variables stay, in their order, ours last; a wrapper that was set is started by
    ours. What it was before is kept in the parameter /outrider/functions/NAME: `outrider function unpatch`
    restores it exactly. Values of variables are never shown. Patching what is patched brings it up to date.

    \b
      outrider layer build -o dist/
      outrider function patch checkout --layer-zip dist/ --diff     see it first
      outrider function patch checkout --layer-zip dist/
      outrider function patch --tag team=shop --layer-arn ARN --policy shop.yaml --publish-policy-layer
      outrider function patch --all --layer-arn ARN --check         in CI: are all protected?

    Aliases, provisioned concurrency and SnapStart run versions, and versions cannot be changed: --publish
    makes a new one and moves the aliases whose version is the same as $LATEST but for us.

    Permissions: lambda:GetFunctionConfiguration, UpdateFunctionConfiguration, ListTags, TagResource,
    ListAliases, GetLayerVersion, ListProvisionedConcurrencyConfigs, GetFunctionCodeSigningConfig;
    ssm:GetParameter, PutParameter on /outrider/functions/*; for what is asked: lambda:ListFunctions,
    tag:GetResources, PublishLayerVersion, ListLayerVersions, PublishVersion, UpdateAlias.
    """
    if choices["aliases"] and not choices["publish"]:
        raise UsageError("--alias moves nothing without --publish", hint="say both.")
    manner = applying.Manner(**{field.name: choices.pop(field.name) for field in fields(applying.Manner)})
    functions = opened(region)
    settings = _settings(functions, choices, write=manner.writes)
    wanted = choosing.chosen(
        functions, names, tags=tags, patterns=patterns, everything=everything, region=region
    )
    decide = _decider(functions, settings, choices, write=manner.writes)
    results = applying.each(functions, wanted, decide, manner)
    return applying.report(results, function_cautions.of_settings(settings), manner)


def _settings(functions: Functions, choices: dict[str, Any], *, write: bool) -> FunctionSettings:
    """The options as settings; publishes the layer when it is given as a zip."""
    if bool(choices["arns"]) == bool(choices["zips"]):
        raise UsageError("which layer?", hint="one of --layer-arn and --layer-zip.")
    if choices["key"] and not choices["policy"]:
        raise UsageError("--key is given and --policy is not", hint="the key signs the policy of --policy.")
    settings = FunctionSettings(
        layers={},
        mode=Mode(choices["mode"]),
        on_failure=OnFailure(choices["on_failure"]),
        log=choices["log"],
        policy=function_policy(choices["policy"], choices["key"]) if choices["policy"] else b"",
        policy_source=choices["policy_source"],
        public_key=choices["public_key"],
        signed=choices["signed"],
    )
    layers: dict[str, Layer] = (
        publishing.named(functions, choices["arns"])
        if choices["arns"]
        else publishing.from_zips(functions, choices["zips"], write=write)
    )
    return replace(settings, layers=layers)


def _decider(
    functions: Functions, settings: FunctionSettings, choices: dict[str, Any], *, write: bool
) -> Callable[[Seen], Plan]:
    """What decides about one function, and knows how to write it."""
    publishes = Publishing(
        wanted=choices["publish"],
        aliases=frozenset(choices["aliases"]),
        weighted=choices["weighted"],
        release=choices["release"],
    )
    policy_layer = publishing.PolicyLayer(functions, settings.policy, write=write)

    def decide(seen: Seen) -> Plan:
        change = patch_function(seen.found, settings)
        if change.wants_policy_layer and choices["publish_policy_layer"]:
            change = patch_function(seen.found, replace(settings, policy_layer=policy_layer.get()))
        return protecting(functions, seen, change, publishes)

    return decide
