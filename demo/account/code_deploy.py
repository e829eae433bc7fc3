"""Plays CodeDeploy: carries out the deployments that moto only writes down.

Of a blue/green deployment it does what can be seen afterwards: the service runs the revision that the
AppSpec names, and ECS tells that it has come to rest. What of AWS it does not do: task sets, traffic,
alarms, hooks, waiting, rolling back. It is strict: an AppSpec without the load balancer's container, or
with a property that AWS does not document, is an error.
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

import json
from typing import Any

from demo.account import happenings
from demo.account.cloud import Cloud

_PROPERTIES = {
    "TaskDefinition", "LoadBalancerInfo", "PlatformVersion", "NetworkConfiguration",
    "CapacityProviderStrategy",
}  # fmt: skip


def carry_out(cloud: Cloud) -> list[str]:
    """Carry out every deployment that was not yet; what each brought: `service: revision`."""
    client = cloud.client("codedeploy")
    found = []
    for deployment in sorted(client.list_deployments()["deployments"]):
        if deployment in cloud.deployments:
            continue
        cloud.deployments.add(deployment)
        info = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        found.append(_deploy(cloud, client, info))
    return found


def _deploy(cloud: Cloud, client: Any, info: dict[str, Any]) -> str:
    """One deployment."""
    properties = _properties(info["revision"]["appSpecContent"]["content"])
    group = client.get_deployment_group(
        applicationName=info["applicationName"], deploymentGroupName=info["deploymentGroupName"]
    )["deploymentGroupInfo"]
    (target,) = group["ecsServices"]
    ecs = cloud.client("ecs")
    service = ecs.update_service(
        cluster=target["clusterName"],
        service=target["serviceName"],
        taskDefinition=properties["TaskDefinition"],
    )["service"]
    happenings.steady(cloud, service["serviceArn"], service["clusterArn"])
    return f"{target['serviceName']}: {properties['TaskDefinition'].rpartition('/')[2]}"


def _properties(content: str) -> dict[str, Any]:
    """Of the one service that an AppSpec is about."""
    (resource,) = json.loads(content)["Resources"]
    service = resource["TargetService"]
    found: dict[str, Any] = service["Properties"]
    if service["Type"] != "AWS::ECS::Service" or (strange := sorted(found.keys() - _PROPERTIES)):
        raise ValueError(f"CodeDeploy does not know this of a service: {service['Type']} {strange}")
    balancer = found["LoadBalancerInfo"]
    if not (balancer["ContainerName"] and balancer["ContainerPort"]):
        raise ValueError("CodeDeploy needs the container and port of the load balancer")
    return found
