"""Stages: workload versions go from learning to blocking by a schedule, or because a person says so."""

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app.settings import Settings
from cdk_app.stacks import events
from cdk_app.stacks.core import Core
from cdk_app.stacks.function import function
from cdk_app.stacks.packages import Packages
from cdk_app.stacks.permissions import PUBLISHING
from cdk_app.stacks.reporting import Reporting

MINUTES = 15
"""Between rounds: by so much a step may be late; an hour in which alerts lead back has four."""


class Stages(Construct):
    """A function, its schedule, and the terms."""

    def __init__(
        self, scope: Construct, core: Core, reporting: Reporting, settings: Settings, packages: Packages
    ) -> None:
        super().__init__(scope, "Stages")
        self.terms = ssm.StringParameter(
            self,
            "Terms",
            parameter_name="/outrider/terms",
            string_value="version: 1\n",
            description="What it takes to go from learning to blocking: templates/policies/terms.schema.json",
        )
        key = settings.policy_signing_key
        self.function = function(
            self,
            "StagesFunction",
            core,
            settings,
            packages,
            environment={
                "OUTRIDER_TERMS_PARAMETER": self.terms.parameter_name,
                "OUTRIDER_PUBLISH": "true" if key else "false",
            }
            | ({"OUTRIDER_POLICY_SIGNING_KEY": key} if key else {}),
            names={"policy_signing_key": key},
            more=PUBLISHING if key else (),
        )
        events.schedule(
            self,
            "Round",
            self.function,
            every=cdk.Duration.minutes(MINUTES),
            command={"command": "round"},
            dead=reporting.queue.dead,
        )
