"""A function in an account as a scan needs it: its code and layers, and everything that decides who may use
it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from outrider.errors import EnvironmentFault, OutriderError
from outrider.model import json_document
from outrider.model.outcome import Failed, Outcome
from outrider.scan.compliance.function_read import FunctionRead, Package

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

_T = TypeVar("_T")

Translated = Callable[[str], AbstractContextManager[None]]
"""Turns errors of AWS inside into ours; the text says what was tried."""


class FunctionReader:
    """Functions of one account and region, for reading."""

    def __init__(self, client: LambdaClient, translated: Translated, not_there: type[OutriderError]) -> None:
        """`not_there` is what `translated` raises for what does not exist."""
        self._client = client
        self._translated = translated
        self._not_there = not_there

    def read(self, name: str) -> FunctionRead:
        """Read a function by name or ARN. Raises as `translated` where the function itself cannot be read."""
        with self._translated(f"cannot read function {name}"):
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
            found = self._asked(f"layer {arn}", outcomes, partial(self.layer, arn))
            packages += [found] if found else []
        return FunctionRead(
            configuration=configuration,
            packages=tuple(packages),
            image=code.get("ResolvedImageUri") or code.get("ImageUri") or "",
            policy=self._asked("resource policy", outcomes, lambda: self.policy(name)),
            url=self._asked("function URL", outcomes, lambda: self.url(name)),
            reserved_concurrency=self._asked("concurrency", outcomes, lambda: self.reserved(name)),
            code_signing=self._asked("code signing", outcomes, lambda: self.signing(name)),
            outcomes=tuple(outcomes),
        )

    def _asked(self, what: str, outcomes: list[Outcome], ask: Callable[[], _T]) -> _T | None:
        """One answer, or None and an outcome that says why there is none."""
        try:
            return ask()
        except OutriderError as error:
            outcomes.append(Failed(what, error.message, error.hint))
            return None

    def layer(self, arn: str) -> Package:
        """A layer's zip; layers of other accounts must permit GetLayerVersion."""
        with self._translated(f"layer {arn}"):
            answer: Any = self._client.get_layer_version_by_arn(Arn=arn)
        content = answer.get("Content", {})
        if not content.get("Location"):
            raise EnvironmentFault(f"AWS names no address for layer {arn}")
        return Package(arn, content["Location"], content.get("CodeSize", 0), content.get("CodeSha256", ""))

    def policy(self, name: str) -> Mapping[str, Any]:
        """The resource policy; {} for none."""
        try:
            with self._translated("its resource policy"):
                text = self._client.get_policy(FunctionName=name)["Policy"]
        except self._not_there:
            return {}
        found = json_document.parse(text, "the resource policy")
        return found if isinstance(found, dict) else {}

    def url(self, name: str) -> Mapping[str, Any]:
        """The function URL's configuration; {} for none."""
        try:
            with self._translated("its URL"):
                return dict(self._client.get_function_url_config(FunctionName=name))
        except self._not_there:
            return {}

    def reserved(self, name: str) -> int:
        """Reserved concurrency; -1 for none."""
        with self._translated("its concurrency"):
            answer = self._client.get_function_concurrency(FunctionName=name)
        return answer.get("ReservedConcurrentExecutions", -1)

    def signing(self, name: str) -> bool:
        """Whether there is a code signing configuration."""
        with self._translated("its code signing"):
            answer = self._client.get_function_code_signing_config(FunctionName=name)
        return bool(answer.get("CodeSigningConfigArn"))
