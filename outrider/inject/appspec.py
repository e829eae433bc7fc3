"""What CodeDeploy is told to roll a service: an AppSpec that changes the task definition and nothing else.

Form: https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from outrider.errors import RefusedDefinition


def revision(service: Mapping[str, Any], task_definition: str) -> dict[str, Any]:
    """`revision` of CreateDeployment for a service as DescribeServices answers it.

    What the running task set has is said again: CodeDeploy takes defaults for what is left out. Raises
    RefusedDefinition when the service has no load balancer, without which CodeDeploy cannot shift anything.
    """
    running = primary(service)
    balancers = running.get("loadBalancers") or service.get("loadBalancers") or []
    if not balancers:
        raise RefusedDefinition(
            "its controller is CODE_DEPLOY and it has no load balancer",
            hint="deploy the registered revision by hand, or look at the service.",
        )
    properties: dict[str, Any] = {
        "TaskDefinition": task_definition,
        "LoadBalancerInfo": {
            "ContainerName": balancers[0].get("containerName", ""),
            "ContainerPort": balancers[0].get("containerPort", 0),
        },
    }
    if version := running.get("platformVersion") or service.get("platformVersion"):
        properties["PlatformVersion"] = version
    if network := _network(running) or _network(service):
        properties["NetworkConfiguration"] = network
    if strategy := running.get("capacityProviderStrategy") or service.get("capacityProviderStrategy"):
        properties["CapacityProviderStrategy"] = [_capital(entry) for entry in strategy]
    document = {
        "version": 0.0,
        "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}],
    }
    content = json.dumps(document, sort_keys=True)
    return {
        "revisionType": "AppSpecContent",
        "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
    }


def primary(service: Mapping[str, Any]) -> Mapping[str, Any]:
    """The task set that serves production; empty when the service has none."""
    for task_set in service.get("taskSets") or []:
        if task_set.get("status") == "PRIMARY":
            found: Mapping[str, Any] = task_set
            return found
    return {}


def _network(holder: Mapping[str, Any]) -> dict[str, Any]:
    """The awsvpc settings in the AppSpec's casing."""
    vpc = (holder.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    return {"AwsvpcConfiguration": _capital(vpc)} if vpc else {}


def _capital(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Keys with a capital first letter."""
    return {key[:1].upper() + key[1:]: value for key, value in entry.items()}
