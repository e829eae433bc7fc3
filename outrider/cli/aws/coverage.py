"""What `outrider coverage` reads of an account: services, their task definitions, functions, outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from outrider.account.errors import NotThereError, translated
from outrider.account.functions import Functions
from outrider.account.services import Services, current, name_of
from outrider.account.task_definitions import TaskDefinitions
from outrider.cli.aws.functions import CONFIG, opened
from outrider.errors import EnvironmentFault, OutriderError
from outrider.inject import coverage, function_names
from outrider.inject.coverage import Row, Told
from outrider.inject.function_pristine import layers_of
from outrider.scan.image import ecr_host, reference
from outrider.scan.image.ecr_host import EcrHost
from outrider.scan.image.reference import Reference

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SIDECAR_PARAMETER = "/outrider/sidecar-image"
"""Where the CDK app says which sidecar image there is now."""

_WORKERS = 8


class Account:
    """One account and region."""

    def __init__(self, *, region: str | None, sidecar: str, outcomes: str) -> None:
        """`sidecar`: the image there is now, empty: as the CDK app says; `outcomes`: table, or empty."""
        with translated("cannot ask AWS"):
            session = boto3.Session(region_name=region)
            ecs = session.client("ecs", config=CONFIG)
            self._dynamodb: DynamoDBClient = session.client("dynamodb", config=CONFIG)
            self._ssm = session.client("ssm", config=CONFIG)
        self.functions: Functions = opened(region)
        self._services, self._definitions = Services(ecs), TaskDefinitions(ecs)
        self._table = outcomes
        self.why_unknown = ""
        """Why it is not known which sidecar there is now; empty: it is known, or nothing names one."""
        self.sidecar = self._pinned(session, sidecar or self._parameter())
        self._definition = cache(self._definitions.read)

    def service_rows(self, clusters: tuple[str, ...]) -> Iterator[Row]:
        """A row for each service of these clusters, of all when none is named. Raises EnvironmentFault."""
        for cluster in clusters or self._services.clusters():
            try:
                tags = self._services.cluster_tags(cluster)
                listed = self._services.listed(cluster)
            except OutriderError as error:
                yield coverage.unknown_row("cluster", cluster.rpartition("/")[2], error)
                continue
            yield from self._of_cluster(cluster, listed, tags)

    def function_rows(self) -> Iterator[Row]:
        """A row for each function. Raises EnvironmentFault."""
        names = self.functions.listed()
        newest = cache(self._newest)

        def one(name: str) -> Row | None:
            return self._function(name, newest)

        with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
            yield from (row for row in pool.map(one, names) if row)

    def _of_cluster(self, cluster: str, listed: list[str], tags: dict[str, str]) -> Iterator[Row]:
        """The services of one cluster."""
        try:
            for service in self._services.described(cluster, listed):
                yield self._service(service, tags)
        except OutriderError as error:
            yield coverage.unknown_row("cluster", cluster.rpartition("/")[2], error)

    def _service(self, service: dict[str, Any], tags: dict[str, str]) -> Row:
        """One service."""
        arn = str(service["serviceArn"])
        try:
            definition = self._definition(current(service))
            return coverage.service_row(
                name_of(arn), service, definition, tags, sidecar=self.sidecar, told=self._told(arn)
            )
        except OutriderError as error:
            return coverage.unknown_row("service", name_of(arn), error)

    def _function(self, name: str, newest: Callable[[str], str]) -> Row | None:
        """One function; None: it was deleted meanwhile."""
        try:
            seen = self.functions.read(name)
            arn = str(seen.found.configuration["FunctionArn"])
            ours = [one for one in layers_of(seen.found.configuration) if function_names.is_our_layer(one)]
            account = arn.split(":")[4]
            latest = {function_names.base(one): newest(_asked_for(one, account)) for one in ours}
            return coverage.function_row(seen.found, seen.aliases, newest=latest, told=self._told(arn))
        except NotThereError:
            return None
        except OutriderError as error:
            return coverage.unknown_row("function", name, error)

    def _newest(self, layer: str) -> str:
        """ARN of the newest version of a layer; empty where its owner does not let us ask."""
        with suppress(EnvironmentFault), translated(f"cannot list versions of layer {layer}"):
            pages = self.functions.client.get_paginator("list_layer_versions").paginate(LayerName=layer)
            found = [version for page in pages for version in page["LayerVersions"]]
            return max(found, key=lambda version: version["Version"])["LayerVersionArn"] if found else ""
        return ""

    def _told(self, subject: str) -> Told | None:
        """The injector's newest outcome. Raises EnvironmentFault, NotThereError."""
        if not self._table:
            return None
        key = {"subject": {"S": subject}, "sk": {"S": "latest"}}
        with translated(f"cannot read the outcomes table {self._table}"):
            item: Any = self._dynamodb.get_item(TableName=self._table, Key=key).get("Item")
        if not item:
            return None
        words = {name: str(item.get(name, {}).get("S", "")) for name in ("outcome", "reason", "hint", "time")}
        return Told(**words)

    def _parameter(self) -> str:
        """The sidecar image that the CDK app names; empty where there is none."""
        with suppress(NotThereError), translated(f"cannot read parameter {SIDECAR_PARAMETER}"):
            return self._ssm.get_parameter(Name=SIDECAR_PARAMETER)["Parameter"].get("Value", "")
        return ""

    def _pinned(self, session: boto3.Session, image: str) -> str:
        """A sidecar by digest, as the injector writes it; empty when that cannot be asked."""
        if not image:
            return ""
        parsed = reference.parse(image)
        place = ecr_host.parse(parsed.registry)
        if parsed.digest or place is None:
            return image
        try:
            return parsed.at(_digest(session, parsed, place))
        except OutriderError as error:
            self.why_unknown = error.message
            return ""


def _digest(session: boto3.Session, parsed: Reference, place: EcrHost) -> str:
    """Digest of the image that a tag of ECR names now. Raises NotThereError, EnvironmentFault."""
    with translated(f"cannot ask which image {parsed.repository}:{parsed.target} is"):
        answer = session.client("ecr", region_name=place.region, config=CONFIG).describe_images(
            registryId=place.account,
            repositoryName=parsed.repository,
            imageIds=[{"imageTag": parsed.target}],
        )
    return str(answer["imageDetails"][0]["imageDigest"])


def _asked_for(layer: str, account: str) -> str:
    """A layer by its name where it is the account's own, by its ARN where it is somebody else's."""
    base = function_names.base(layer)
    return function_names.layer_name(layer) if base.split(":")[4] == account else base
