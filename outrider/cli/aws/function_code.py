"""A function in an account as a scan needs it: its code and layers, and everything that decides who may use
it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import boto3

from outrider.cli.aws.functions import CONFIG
from outrider.cli.aws.functions_errors import NotThereError, translated
from outrider.errors import EnvironmentFault, OutriderError
from outrider.model import json_document
from outrider.model.outcome import Failed, Outcome
from outrider.scan.compliance.function_read import FunctionRead, Package

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

_T = TypeVar("_T")


class FunctionCode:
    """Functions of one account and region, for reading."""

    def __init__(self, *, region: str | None = None) -> None:
        with translated("cannot ask AWS"):
            self._client: LambdaClient = boto3.Session(region_name=region).client("lambda", config=CONFIG)

    def read(self, name: str) -> FunctionRead:
        """Read a function by name or ARN. Raises EnvironmentFault where the function itself cannot be
        read."""
        with translated(f"cannot read function {name}"):
            answer: Any = self._client.get_function(FunctionName=name)
        configuration = answer.get("Configuration", {})
        code = answer.get("Code", {})
        outcomes: list[Outcome] = []
        packages = (
            [
                Package(
                    "code",
                    code["Location"],
                    configuration.get("CodeSize", 0),
                    configuration.get("CodeSha256", ""),
                )
            ]
            if code.get("Location")
            else []
        )
        for layer in configuration.get("Layers", ()):
            arn = layer["Arn"]
            found = self._asked(f"layer {arn}", outcomes, partial(self._layer, arn))
            packages += [found] if found else []
        return FunctionRead(
            configuration=configuration,
            packages=tuple(packages),
            image=code.get("ResolvedImageUri") or code.get("ImageUri") or "",
            policy=self._asked("resource policy", outcomes, lambda: self._policy(name)),
            url=self._asked("function URL", outcomes, lambda: self._url(name)),
            reserved_concurrency=self._asked("concurrency", outcomes, lambda: self._reserved(name)),
            code_signing=self._asked("code signing", outcomes, lambda: self._signing(name)),
            outcomes=tuple(outcomes),
        )

    def _asked(self, what: str, outcomes: list[Outcome], ask: Callable[[], _T]) -> _T | None:
        """One answer, or None and an outcome that says why there is none."""
        try:
            return ask()
        except OutriderError as error:
            outcomes.append(Failed(what, error.message, error.hint))
            return None

    def _layer(self, arn: str) -> Package:
        """A layer's zip; layers of other accounts must permit GetLayerVersion."""
        with translated(f"layer {arn}"):
            answer: Any = self._client.get_layer_version_by_arn(Arn=arn)
        content = answer.get("Content", {})
        if not content.get("Location"):
            raise EnvironmentFault(f"AWS names no address for layer {arn}")
        return Package(arn, content["Location"], content.get("CodeSize", 0), content.get("CodeSha256", ""))

    def _policy(self, name: str) -> Mapping[str, Any]:
        """The resource policy; {} for none."""
        try:
            with translated("its resource policy"):
                text = self._client.get_policy(FunctionName=name)["Policy"]
        except NotThereError:
            return {}
        found = json_document.parse(text, "the resource policy")
        return found if isinstance(found, dict) else {}

    def _url(self, name: str) -> Mapping[str, Any]:
        """The function URL's configuration; {} for none."""
        try:
            with translated("its URL"):
                return dict(self._client.get_function_url_config(FunctionName=name))
        except NotThereError:
            return {}

    def _reserved(self, name: str) -> int:
        """Reserved concurrency; -1 for none."""
        with translated("its concurrency"):
            answer = self._client.get_function_concurrency(FunctionName=name)
        return answer.get("ReservedConcurrentExecutions", -1)

    def _signing(self, name: str) -> bool:
        """Whether there is a code signing configuration."""
        with translated("its code signing"):
            answer = self._client.get_function_code_signing_config(FunctionName=name)
        return bool(answer.get("CodeSigningConfigArn"))
