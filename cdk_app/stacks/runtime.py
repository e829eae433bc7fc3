"""Runtime: what enters workloads. Layer versions, the repository of the sidecar's image, default policies."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app.settings import Settings
from cdk_app.stacks import choices, nag
from cdk_app.stacks.core import Core
from cdk_app.stacks.function import place, statement
from cdk_app.stacks.packages import Packages
from cdk_app.stacks.permissions import TASKS, TASKS_PUBLISHED
from outrider import __version__

ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}
POLICIES = Path(__file__).resolve().parents[2] / "templates" / "policies"
"""Policies that the injector gives where a workload has none of its own."""


class Runtime(Construct):
    """Layers, image and policies."""

    def __init__(self, scope: Construct, core: Core, settings: Settings, packages: Packages) -> None:
        super().__init__(scope, "Runtime")
        self.layer_arns = {name: self._layer(name, packages) for name in ARCHITECTURES}
        repository = ecr.Repository(
            self,
            "Sidecar",
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=core.key,
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.sidecar_image = choices.either(
            self, settings.sidecar_image, repository.repository_uri_for_tag(__version__)
        )
        ssm.StringParameter(
            self, "Image", parameter_name="/outrider/sidecar-image", string_value=self.sidecar_image
        )
        slots = core.names() | place(cdk.Stack.of(self))
        grants = (*TASKS, *TASKS_PUBLISHED) if settings.policy_signing_key else TASKS
        tasks = iam.ManagedPolicy(
            self,
            "Tasks",
            # Another description would make another policy, which no role has.
            description="Outrider: roles of protected tasks read lists of programs (day zero)",
            document=iam.PolicyDocument(
                statements=[statement(grant, slots) for grant in grants], minimize=False
            ),
        )
        nag.role(tasks, grants, slots, core.names(), core.key.stack)
        ssm.StringParameter(
            self, "TaskPolicy", parameter_name="/outrider/task-policy", string_value=tasks.managed_policy_arn
        )
        for file in sorted(POLICIES.glob("*.yaml")):
            self._policy(file)

    def _layer(self, architecture: str, packages: Packages) -> str:
        version = lambda_.LayerVersion(
            self,
            f"Layer{architecture.title().replace('_', '')}",
            code=packages.layer(self, architecture),
            compatible_architectures=[ARCHITECTURES[architecture]],
            description="Outrider: defends functions",
            license="Apache-2.0",
            removal_policy=cdk.RemovalPolicy.RETAIN,  # functions may still have the older one
        )
        return version.layer_version_arn

    def _policy(self, file: Path) -> None:
        ssm.StringParameter(
            self,
            f"Policy-{file.stem}",
            parameter_name=f"/outrider/policies/{file.stem}",
            string_value=file.read_text(encoding="utf-8"),
            tier=ssm.ParameterTier.INTELLIGENT_TIERING,
        )
