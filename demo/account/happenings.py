"""Events as AWS's services put them on an account's default bus, for what happens in the demo.

Fields and forms are those of AWS's documentation; of CloudTrail's records only what rules and handlers
look at:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from collections.abc import Mapping
from typing import Any

from demo.account.cloud import ACCOUNT, REGION, Cloud

_SOMEBODY = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci"


def pushed(cloud: Cloud, repository: str, tag: str, digest: str) -> None:
    """An image was pushed to ECR."""
    detail = {
        "action-type": "PUSH",
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        "image-tag": tag,
        "manifest-media-type": "application/vnd.oci.image.manifest.v1+json",
    }
    cloud.happened("aws.ecr", "ECR Image Action", detail)


def function_created(cloud: Cloud, configuration: Mapping[str, Any], *, by: str = _SOMEBODY) -> None:
    """A function was created, as CloudTrail tells it; `configuration`: what CreateFunction answered."""
    keys = ("functionName", "functionArn", "runtime", "role", "handler", "version", "packageType")
    said = {key: configuration.get(key[0].upper() + key[1:]) for key in keys}
    request = {"functionName": said["functionName"], "runtime": said["runtime"], "publish": False}
    _called(cloud, "lambda:CreateFunction20150331", request, said, by)


def function_configured(cloud: Cloud, configuration: Mapping[str, Any], *, by: str = _SOMEBODY) -> None:
    """A function's configuration was changed, as CloudTrail tells it."""
    said = {"functionName": configuration["FunctionName"], "functionArn": configuration["FunctionArn"]}
    _called(
        cloud,
        "lambda:UpdateFunctionConfiguration20150331v2",
        {"functionName": said["functionName"]},
        said,
        by,
    )


def service_created(cloud: Cloud, service: Mapping[str, Any], *, by: str = _SOMEBODY) -> None:
    """A service was created, as CloudTrail tells it; `service`: what CreateService answered."""
    _service(cloud, "CreateService", service, by)


def service_updated(cloud: Cloud, service: Mapping[str, Any], *, by: str = _SOMEBODY) -> None:
    """A service was updated, as CloudTrail tells it."""
    _service(cloud, "UpdateService", service, by)


def steady(cloud: Cloud, service_arn: str, cluster_arn: str) -> None:
    """A service has come to rest, as ECS tells it:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html."""
    detail = {"eventType": "INFO", "eventName": "SERVICE_STEADY_STATE", "clusterArn": cluster_arn}
    cloud.happened("aws.ecs", "ECS Service Action", detail, service_arn)


def _role(session: str) -> str:
    """The role of a session."""
    _, _, name = session.partition(":assumed-role/")
    return f"arn:aws:iam::{ACCOUNT}:role/{name.partition('/')[0]}"


def _service(cloud: Cloud, name: str, service: Mapping[str, Any], by: str) -> None:
    said = {
        "serviceName": service["serviceName"],
        "serviceArn": service["serviceArn"],
        "clusterArn": service["clusterArn"],
        "taskDefinition": service["taskDefinition"],
    }
    cluster = service["clusterArn"].rpartition("/")[2]
    request = {"cluster": cluster, "taskDefinition": service["taskDefinition"]}
    request["serviceName" if name == "CreateService" else "service"] = service["serviceName"]
    _called(cloud, f"ecs:{name}", request, {"service": said}, by)


def _called(cloud: Cloud, call: str, request: Mapping[str, Any], answer: Mapping[str, Any], by: str) -> None:
    """A management call that changed something; `call` is `service:Name`."""
    service, _, name = call.partition(":")
    detail = {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": by,
            "accountId": ACCOUNT,
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": _role(by)}},
        },
        "eventTime": "2026-03-02T09:00:00Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "requestParameters": dict(request),
        "responseElements": dict(answer),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    cloud.happened(f"aws.{service}", "AWS API Call via CloudTrail", detail)
