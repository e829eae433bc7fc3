"""Clusters and services of ECS: listed page by page, read with their tags, moved to a task definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from outrider.account.errors import NotThereError, translated
from outrider.errors import InvalidInput
from outrider.inject import appspec, opt

if TYPE_CHECKING:
    from types_boto3_ecs import ECSClient

TOGETHER = 10
"""Services of one DescribeServices."""


class Services:
    """The services of one account and region."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client

    def clusters(self) -> list[str]:
        """ARNs of all clusters, sorted. Raises EnvironmentFault."""
        with translated("cannot list clusters"):
            pages = self._client.get_paginator("list_clusters").paginate()
            return sorted(arn for page in pages for arn in page.get("clusterArns", []))

    def cluster_tags(self, cluster: str) -> dict[str, str]:
        """Tags of a cluster. Raises NotThereError, EnvironmentFault."""
        with translated(f"cannot read cluster {cluster}"):
            found: Any = self._client.describe_clusters(clusters=[cluster], include=["TAGS"]).get(
                "clusters", []
            )
        if not found:
            raise NotThereError(f"cluster {cluster}: there is none of this name")
        return opt.plain(found[0].get("tags") or [])

    def listed(self, cluster: str) -> list[str]:
        """ARNs of all services of a cluster, sorted. Raises NotThereError, EnvironmentFault."""
        with translated(f"cannot list services of {cluster}"):
            pages = self._client.get_paginator("list_services").paginate(cluster=cluster)
            return sorted(arn for page in pages for arn in page.get("serviceArns", []))

    def described(self, cluster: str, arns: list[str]) -> Iterator[dict[str, Any]]:
        """The services as DescribeServices answers them, with tags; those that are gone are left out."""
        for start in range(0, len(arns), TOGETHER):
            with translated(f"cannot read services of {cluster}"):
                answer: Any = self._client.describe_services(
                    cluster=cluster, services=arns[start : start + TOGETHER], include=["TAGS"]
                )
            yield from (service for service in answer.get("services", []) if is_there(service))

    def read(self, cluster: str, service: str) -> dict[str, Any]:
        """One service. Raises NotThereError when there is none, or it is being deleted; EnvironmentFault."""
        for found in self.described(cluster, [service]):
            return found
        raise NotThereError(f"service {service}: there is none of this name", hint="check name and cluster.")

    def roll(self, cluster: str, service: str, task_definition: str) -> None:
        """Move a service to a task definition; its controller is ECS. Raises EnvironmentFault."""
        with translated(f"cannot roll service {name_of(service)}"):
            self._client.update_service(cluster=cluster, service=service, taskDefinition=task_definition)


def is_there(service: Mapping[str, Any]) -> bool:
    """Whether a service is more than the memory of one."""
    return bool(service.get("status", "ACTIVE") == "ACTIVE")


def current(service: Mapping[str, Any]) -> str:
    """ARN of the task definition that a service is to run. Raises InvalidInput when nothing names one."""
    found = service.get("taskDefinition") or appspec.primary(service).get("taskDefinition")
    if not found:
        raise InvalidInput("the service names no task definition", hint="has it a task set yet?")
    return str(found)


def name_of(arn: str) -> str:
    """`cluster/service` of a service's ARN, `service` of one in the old form."""
    return arn.rpartition(":service/")[2] or arn.rpartition("/")[2]


def cluster_of(arn: str) -> str:
    """The cluster's name in a service's ARN; empty in the old form, which names none."""
    cluster, slash, _ = name_of(arn).rpartition("/")
    return cluster if slash else ""
