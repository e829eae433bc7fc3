"""Functions of an account as a scan needs them, by their ARNs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from outrider.account.function_reading import FunctionReader
from outrider.model.outcome import Outcome
from scanner_lambda.aws.errors import translated
from scanner_lambda.progress import NotThere, Passing

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

_T = TypeVar("_T")


class Functions(FunctionReader):
    """Functions of one account and region. What is read may be a version: some of its settings are the
    function's."""

    def __init__(self, client: LambdaClient) -> None:
        super().__init__(client, translated, NotThere)

    @property
    def plain(self) -> bool:
        """AWS is spoken to by http: a stand-in on this machine."""
        return self._client.meta.endpoint_url.startswith("http://")

    def address(self, arn: str, package: str) -> str:
        """A newly signed address of a package: they last ten minutes, a download may begin later."""
        if package != "code":
            return self.layer(package).url
        with self._translated(f"cannot read function {arn}"):
            return str(self._client.get_function(FunctionName=arn)["Code"].get("Location", ""))

    def url(self, name: str) -> Mapping[str, Any]:
        """The function URL's configuration; {} for none. A version has none of its own."""
        return {} if name.count(":") > 6 else super().url(name)

    def reserved(self, name: str) -> int:
        """Reserved concurrency; -1 for none."""
        return super().reserved(_bare(name))

    def signing(self, name: str) -> bool:
        """Whether there is a code signing configuration."""
        return super().signing(_bare(name))

    def _asked(self, what: str, outcomes: list[Outcome], ask: Callable[[], _T]) -> _T | None:
        """What cannot be asked for the moment is asked again, by another delivery of the job: findings that
        rest on it are not gone. Raises Passing."""
        passing: list[Passing] = []

        def asked() -> _T:
            try:
                return ask()
            except Passing as error:
                passing.append(error)
                raise

        found = super()._asked(what, outcomes, asked)
        if passing:
            raise passing[0]
        return found


def _bare(arn: str) -> str:
    """The ARN without a version."""
    return ":".join(arn.split(":")[:7])
