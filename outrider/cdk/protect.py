"""The Aspect: it visits every construct under a scope and protects task definitions and functions."""

from collections.abc import Collection, Mapping
from typing import TypeVar

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from outrider.cdk import functions, task_definitions
from outrider.cdk.annotations import Speaker
from outrider.cdk.choices import Choices, by_architecture
from outrider.cdk.leaving_alone import reason_for
from outrider.cdk.own_functions import reason_for_own
from outrider.errors import UsageError
from outrider.inject.function_settings import FunctionSettings
from outrider.inject.settings import BUILTIN_LEARN, OnFailure, Settings
from outrider.model.event import Mode
from outrider.model.image import ImageConfig
from outrider.model.outcome import Failed, Skipped

_MARK = "outrider:protect"
"""Metadata of a construct that an Aspect of ours has taken care of."""

_UNTYPED = {"AWS::ECS::TaskDefinition": "task definition", "AWS::Lambda::Function": "function"}
_SERVERLESS = "AWS::Serverless::Function"

_Choice = TypeVar("_Choice", Mode, OnFailure)


@jsii.implements(cdk.IAspect)
class Protect:
    """Protects Fargate task definitions and Lambda functions under the scope it is added to.

    Raises UsageError for settings that contradict themselves. What it does to each construct is an
    annotation of it; an error there stops `cdk deploy`.
    """

    def __init__(
        self,
        *,
        sidecar_image: str = "",
        layers: Mapping[str, str] | None = None,
        mode: str = Mode.ALERT.value,
        on_failure: str = OnFailure.AVAILABILITY.value,
        skip: Collection[str] = (),
        include: Collection[str] = (),
        images: Mapping[str, ImageConfig] | None = None,
        policy: str = BUILTIN_LEARN,
        key: str = "",
        function_policy_source: str = "",
        function_public_key: str = "",
        allow_ec2: bool = False,
        raise_memory: bool = False,
        log: str = "deviations",
        events_queue: str = "",
        switch: str = "",
    ) -> None:
        wanted, failure = _choice("mode", mode, Mode), _choice("on_failure", on_failure, OnFailure)
        attached, arns = by_architecture(layers or {})
        self._choices = Choices(
            tasks=Settings(
                sidecar_image=sidecar_image,
                mode=wanted,
                on_failure=failure,
                include=frozenset(include),
                policy=policy,
                key=key,
                allow_ec2=allow_ec2,
                raise_memory=raise_memory,
                log=log,
                events_queue=events_queue,
                switch=switch,
            )
            if sidecar_image
            else None,
            functions=FunctionSettings(
                layers=attached,
                mode=wanted,
                on_failure=failure,
                log=log,
                policy_source=function_policy_source,
                public_key=function_public_key,
            )
            if attached
            else None,
            arns=arns,
            images=dict(images or {}),
            skip=frozenset(skip),
        )

    def visit(self, node: IConstruct) -> None:
        """Look at one construct; CDK calls this."""
        if isinstance(node, ecs.CfnTaskDefinition):
            self._protect(node, "task definition")
        elif isinstance(node, lambda_.CfnFunction):
            self._protect(node, "function")
        elif isinstance(node, cdk.CfnResource):
            self._untyped(node)
        elif isinstance(node, cdk.App | cdk.Stage | cdk.Stack):
            _warn_of_stages(node)

    def _protect(self, node: ecs.CfnTaskDefinition | lambda_.CfnFunction, subject: str) -> None:
        """Protect one resource once: of two Aspects the first one counts."""
        if any(entry.type == _MARK for entry in node.node.metadata):
            return
        if reason := reason_for(node, self._choices.skip):
            Speaker(node).outcome(Skipped(subject, reason))
            return
        node.node.add_metadata(_MARK, subject)
        if isinstance(node, ecs.CfnTaskDefinition):
            task_definitions.protect(node, self._choices)
        else:
            functions.protect(node, self._choices)

    def _untyped(self, node: cdk.CfnResource) -> None:
        """Resources that have no class of their own in CDK's model, or one we do not change."""
        kind = node.cfn_resource_type
        if kind == _SERVERLESS:
            said = "SAM's transform makes the function after CDK: use outrider function patch"
            Speaker(node).outcome(Skipped("function", said))
        if kind not in _UNTYPED:
            return
        if reason := reason_for(node, self._choices.skip) or reason_for_own(node):
            Speaker(node).outcome(Skipped(_UNTYPED[kind], reason))
            return
        class_name = "CfnTaskDefinition" if kind.startswith("AWS::ECS") else "CfnFunction"
        hint = f"use {class_name}, or leave it alone with leave_alone(construct, reason)."
        Speaker(node).outcome(Failed(_UNTYPED[kind], "it is a bare CfnResource", hint))


def _warn_of_stages(scope: IConstruct) -> None:
    """CDK's Aspects do not enter a Stage below: each needs one of its own."""
    for child in scope.node.children:
        if cdk.Stage.is_stage(child) and not any(
            isinstance(aspect, Protect) for aspect in cdk.Aspects.of(child).all
        ):
            said = "an Aspect does not enter a Stage: add one with Aspects.of(stage).add(Protect(…))"
            Speaker(child).outcome(Skipped("stage", said))


def _choice(name: str, text: str, known: type[_Choice]) -> _Choice:
    """One of the values of a setting. Raises UsageError."""
    try:
        return known(text)
    except ValueError:
        choices = " or ".join(choice.value for choice in known)
        raise UsageError(f"{name} is not {text!r}", hint=f"it is {choices}.") from None
