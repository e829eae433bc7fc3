"""Functions in an account: read whole, written under the revision that was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from outrider.account.errors import NotThereError, translated
from outrider.errors import EnvironmentFault
from outrider.inject import function_names as names
from outrider.inject.function_original import Moved
from outrider.inject.function_pristine import variables_of
from outrider.inject.function_refusals import CodeSigning, Found
from outrider.inject.function_versions import Alias

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient
    from types_boto3_ssm import SSMClient

_WAIT_SECONDS = 300
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Seen:
    """A function as it was read, with what points at its versions."""

    found: Found
    aliases: tuple[Alias, ...]
    provisioned: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    revision: str = field(default="", repr=False)


class Functions:
    """The functions of one account and region. Safe for several threads."""

    def __init__(
        self,
        client: LambdaClient,
        ssm: SSMClient,
        *,
        originals: str = names.ORIGINALS,
        delay: int = 1,
        patience: int = _WAIT_SECONDS,
    ) -> None:
        """Use these clients; `delay` is the seconds between two looks at a function that is changing.

        `patience`: seconds until it is given up.
        """
        self.client = client
        self._ssm = ssm
        self._originals = originals.rstrip("/")
        self._waiting: Any = {"Delay": delay, "MaxAttempts": patience // max(delay, 1)}

    def read(self, name: str) -> Seen:
        """What decides about a function, once nothing is being done to it. Raises OutriderError."""
        with translated(f"cannot read function {name}"):
            configuration: dict[str, Any] = dict(self.client.get_function_configuration(FunctionName=name))
            if (
                configuration.get("LastUpdateStatus") == "InProgress"
                or configuration.get("State") == "Pending"
            ):
                self.settle(name)
                configuration = dict(self.client.get_function_configuration(FunctionName=name))
            configuration.pop("ResponseMetadata", None)
            tags = self.client.list_tags(Resource=configuration["FunctionArn"]).get("Tags", {})
        function = configuration["FunctionName"]
        unknown: list[str] = []
        signing = _or_note(None, unknown, lambda: self._signing(function))
        nowhere: tuple[str, ...] = ()
        provisioned = _or_note(nowhere, unknown, lambda: self._provisioned(function))
        found = Found(configuration, tags, self._original(function), signing)
        revision = configuration.get("RevisionId", "")
        return Seen(found, self._aliases(function), provisioned, tuple(unknown), revision)

    def listed(self) -> list[str]:
        """Names of all functions, sorted. Raises EnvironmentFault."""
        with translated("cannot list functions"):
            pages = self.client.get_paginator("list_functions").paginate()
            return sorted(one.get("FunctionName", "") for page in pages for one in page["Functions"])

    def arn(self, name: str) -> str:
        """ARN of a function. Raises NotThereError, EnvironmentFault."""
        with translated(f"cannot read function {name}"):
            return self.client.get_function_configuration(FunctionName=name)["FunctionArn"]

    def settle(self, name: str) -> None:
        """Wait until the last change of a function is in force."""
        with translated(f"function {name}"):
            self.client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=self._waiting)
            self.client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=self._waiting)

    def update(self, seen: Seen, update: Mapping[str, Any]) -> None:
        """Change the configuration if it is still the one that was read, and wait until that is in force.

        Raises TryAgainError when it is not.
        """
        request: dict[str, Any] = {"FunctionName": seen.found.name, **update}
        if seen.revision:
            request["RevisionId"] = seen.revision
        secrets = {**variables_of(seen.found.configuration), **variables_of(update)}
        with translated("AWS refused the change", secrets):
            self.client.update_function_configuration(**request)
        self.settle(seen.found.name)

    def write_original(self, function: str, text: str) -> None:
        """Keep what a function was before; an empty text removes it."""
        name = f"{self._originals}/{function}"
        with translated(f"parameter {name}"):
            if text:
                self._ssm.put_parameter(
                    Name=name,
                    Value=text,
                    Type="String",
                    Overwrite=True,
                    Description="What this function was before Outrider; for `outrider function unpatch`.",
                )
                return
            try:
                self._ssm.delete_parameter(Name=name)
            except self._ssm.exceptions.ParameterNotFound:
                return

    def mark(self, seen: Seen, *, marked: bool) -> None:
        """Put our tag on a function, or take it off."""
        arn = seen.found.configuration["FunctionArn"]
        if marked == (names.MARKER in seen.found.tags):
            return
        with translated("cannot change its tags"):
            if marked:
                self.client.tag_resource(Resource=arn, Tags={names.MARKER: names.MARKED})
            else:
                self.client.untag_resource(Resource=arn, TagKeys=[names.MARKER])

    def publish(self, function: str) -> str:
        """Publish $LATEST as a version, wait until it can be called, and say its number."""
        with translated("cannot publish a version"):
            version = self.client.publish_version(FunctionName=function)["Version"]
            waiter = self.client.get_waiter("published_version_active")
            waiter.wait(FunctionName=function, Qualifier=version, WaiterConfig=self._waiting)
        return version

    def move_alias(self, function: str, alias: str, to: Moved, revision: str = "") -> None:
        """Point an alias at `to.target`, with the shares of `to.weights`. Raises TryAgainError."""
        request: dict[str, Any] = {"RevisionId": revision} if revision else {}
        with translated(f"cannot move alias {alias}"):
            self.client.update_alias(
                FunctionName=function,
                Name=alias,
                FunctionVersion=to.target,
                RoutingConfig={"AdditionalVersionWeights": dict(to.weights)},
                **request,
            )

    def _original(self, function: str) -> str:
        """The record of what a function was before; empty when there is none."""
        name = f"{self._originals}/{function}"
        try:
            with translated(f"cannot read parameter {name}"):
                return self._ssm.get_parameter(Name=name)["Parameter"].get("Value", "")
        except NotThereError:
            return ""

    def _signing(self, function: str) -> CodeSigning | None:
        """The code signing configuration of a function, if it has one."""
        with translated("its code signing is not known"):
            arn = self.client.get_function_code_signing_config(FunctionName=function).get(
                "CodeSigningConfigArn"
            )
            if not arn:
                return None
            config = self.client.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]
        enforced = config["CodeSigningPolicies"].get("UntrustedArtifactOnDeployment") == "Enforce"
        return CodeSigning(enforced, frozenset(config["AllowedPublishers"]["SigningProfileVersionArns"]))

    def _aliases(self, function: str) -> tuple[Alias, ...]:
        """All aliases of a function, each with the configuration it runs."""
        with translated("cannot read its aliases"):
            pages = self.client.get_paginator("list_aliases").paginate(FunctionName=function)
            listed = [alias for page in pages for alias in page["Aliases"]]
            versions = {alias["FunctionVersion"] for alias in listed} - {names.LATEST}
            configurations = {version: self._version(function, version) for version in versions}
        return tuple(
            Alias(
                alias["Name"],
                alias["FunctionVersion"],
                configurations.get(alias["FunctionVersion"], {}),
                (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {},
                alias.get("RevisionId", ""),
            )
            for alias in listed
        )

    def _version(self, function: str, version: str) -> Mapping[str, Any]:
        """The configuration of one version."""
        return dict(self.client.get_function_configuration(FunctionName=function, Qualifier=version))

    def _provisioned(self, function: str) -> tuple[str, ...]:
        """Versions and aliases with provisioned concurrency."""
        with translated("its provisioned concurrency is not known"):
            paginator = self.client.get_paginator("list_provisioned_concurrency_configs")
            pages = paginator.paginate(FunctionName=function)
            listed = [entry for page in pages for entry in page["ProvisionedConcurrencyConfigs"]]
        return tuple(entry.get("FunctionArn", "").rpartition(":")[2] for entry in listed)


def _or_note(otherwise: _T, notes: list[str], ask: Callable[[], _T]) -> _T:
    """An answer that only notes depend on (AWS decides all the same), or a note that it is missing."""
    try:
        return ask()
    except EnvironmentFault as error:
        notes.append(error.message)
        return otherwise
