"""Services that CodeDeploy rolls: whose deployment group they are, and a deployment of it."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from outrider.account.errors import translated
from outrider.errors import RefusedDefinition
from outrider.inject import appspec

if TYPE_CHECKING:
    from types_boto3_codedeploy import CodeDeployClient

_BUSY = "DeploymentLimitExceededException"
"""What CodeDeploy answers while a group has a deployment."""


class CodeDeploy:
    """The deployment groups of one account and region."""

    def __init__(self, client: "CodeDeployClient") -> None:
        self._client = client

    def deploy(self, service: dict[str, Any], revision: str) -> bool:
        """Start a deployment; False: the group has one. Raises RefusedDefinition, EnvironmentFault."""
        application, group = self.find(service)
        request: Any = appspec.revision(service, revision)
        with translated(f"cannot deploy {application}/{group}"):
            try:
                self._client.create_deployment(
                    applicationName=application,
                    deploymentGroupName=group,
                    revision=request,
                    description=f"Outrider: {revision.rpartition('/')[2]}",
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == _BUSY:
                    return False
                raise
        return True

    def find(self, service: dict[str, Any]) -> tuple[str, str]:
        """Application and deployment group of a service. Raises RefusedDefinition when there is none."""
        name = str(service["serviceName"])
        cluster = str(service["clusterArn"]).rpartition("/")[2]
        with translated("cannot look for the deployment group"):
            pages = self._client.get_paginator("list_applications").paginate()
            for application in sorted(one for page in pages for one in page.get("applications", [])):
                if group := self._of(application, cluster, name):
                    return application, group
        raise RefusedDefinition(
            f"its controller is CODE_DEPLOY, and no deployment group is for {cluster}/{name}",
            hint="make the group, or deploy the registered revision by hand.",
        )

    def _of(self, application: str, cluster: str, name: str) -> str:
        """The group of an application that deploys a service; empty when none does."""
        pages = self._client.get_paginator("list_deployment_groups").paginate(applicationName=application)
        for group in sorted(one for page in pages for one in page.get("deploymentGroups", [])):
            found: Any = self._client.get_deployment_group(
                applicationName=application, deploymentGroupName=group
            )["deploymentGroupInfo"]
            for one in found.get("ecsServices") or []:
                where = str(one.get("clusterName", "")).rpartition("/")[2]
                if (where, str(one.get("serviceName", "")).rpartition("/")[2]) == (cluster, name):
                    return group
        return ""
