"""Functions of an account as a scan needs them: code, layers, and all that decides who may use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from outrider.errors import EnvironmentFault, OutriderError
from outrider.model import json_document
from outrider.model.outcome import Failed, Outcome
from outrider.scan.compliance.function_read import FunctionRead, Package
from scanner_lambda.aws.errors import NotThere, translated

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

_T = TypeVar("_T")


class Functions:
    """Functions of one account and region, for reading."""

    def __init__(self, client: LambdaClient) -> None:
        self._client = client

    @property
    def plain(self) -> bool:
        """AWS is spoken to by http: a stand-in on this machine."""
        return self._client.meta.endpoint_url.startswith("http://")

    def read(self, arn: str) -> FunctionRead:
        """Read a function. Raises NotThere, and EnvironmentFault where the function itself cannot be read."""
        with translated(f"cannot read function {arn}"):
            answer: Any = self._client.get_function(FunctionName=arn)
        configuration, code = answer.get("Configuration", {}), answer.get("Code", {})
        outcomes: list[Outcome] = []
        packages = []
        if code.get("Location"):
            size, sha256 = configuration.get("CodeSize", 0), configuration.get("CodeSha256", "")
            packages.append(Package("code", code["Location"], size, sha256))
        for layer in configuration.get("Layers", ()):
            found = self._asked(f"layer {layer['Arn']}", outcomes, partial(self._layer, layer["Arn"]))
            packages += [found] if found else []
        return FunctionRead(
            configuration=configuration,
            packages=tuple(packages),
            image=code.get("ResolvedImageUri") or code.get("ImageUri") or "",
            policy=self._asked("resource policy", outcomes, partial(self._policy, arn)),
            url=self._asked("function URL", outcomes, partial(self._url, arn)),
            reserved_concurrency=self._asked("concurrency", outcomes, partial(self._reserved, arn)),
            code_signing=self._asked("code signing", outcomes, partial(self._signing, arn)),
            outcomes=tuple(outcomes),
        )

    def address(self, arn: str, package: str) -> str:
        """A newly signed address of a package: they last ten minutes, a download may begin later."""
        if package != "code":
            return self._layer(package).url
        with translated(f"cannot read function {arn}"):
            return str(self._client.get_function(FunctionName=arn)["Code"].get("Location", ""))

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

    def _policy(self, arn: str) -> Mapping[str, Any]:
        """The resource policy; {} for none."""
        try:
            with translated("its resource policy"):
                text = self._client.get_policy(FunctionName=arn)["Policy"]
        except NotThere:
            return {}
        found = json_document.parse(text, "the resource policy")
        return found if isinstance(found, dict) else {}

    def _url(self, arn: str) -> Mapping[str, Any]:
        """The function URL's configuration; {} for none. A version has none of its own."""
        if arn.count(":") > 6:
            return {}
        try:
            with translated("its URL"):
                return dict(self._client.get_function_url_config(FunctionName=arn))
        except NotThere:
            return {}

    def _reserved(self, arn: str) -> int:
        """Reserved concurrency; -1 for none."""
        with translated("its concurrency"):
            answer = self._client.get_function_concurrency(FunctionName=_bare(arn))
        return answer.get("ReservedConcurrentExecutions", -1)

    def _signing(self, arn: str) -> bool:
        """Whether there is a code signing configuration."""
        with translated("its code signing"):
            answer = self._client.get_function_code_signing_config(FunctionName=_bare(arn))
        return bool(answer.get("CodeSigningConfigArn"))


def _bare(arn: str) -> str:
    """The ARN without a version."""
    return ":".join(arn.split(":")[:7])
