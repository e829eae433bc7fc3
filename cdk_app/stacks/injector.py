"""Injector: services and functions that ask for it are protected, at once and by a reconcile."""

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app import patterns
from cdk_app.settings import Settings
from cdk_app.stacks import events
from cdk_app.stacks.core import Core
from cdk_app.stacks.function import SIZES, Queue, events_queue, function
from cdk_app.stacks.packages import Packages
from cdk_app.stacks.permissions import POINTING
from cdk_app.stacks.runtime import Runtime


class Injector(Construct):
    """A queue, a function, and the switch that pauses it."""

    def __init__(
        self, scope: Construct, core: Core, runtime: Runtime, settings: Settings, packages: Packages
    ) -> None:
        super().__init__(scope, "Injector")
        self.queue = Queue(self, "Events", core, "InjectorFunction")
        self.paused = ssm.StringParameter(
            self,
            "Paused",
            parameter_name="/outrider/paused",
            string_value="false",
            description="`true` pauses Outrider's injector: it reports and changes nothing",
        )
        key = settings.policy_signing_key
        self.function = function(
            self,
            "InjectorFunction",
            core,
            settings,
            packages,
            environment={
                "OUTRIDER_MODE": settings.mode,
                "OUTRIDER_OPT": settings.opt,
                "OUTRIDER_ACT_ON_IAC": settings.act_on_iac,
                "OUTRIDER_DAY_ZERO": settings.day_zero,
                "OUTRIDER_PROGRAMS": core.programs,
                "OUTRIDER_PAUSED_PARAMETER": self.paused.parameter_name,
                "OUTRIDER_SIDECAR_IMAGE": runtime.sidecar_image,
                "OUTRIDER_LAYER_ARNS": cdk.Stack.of(self).to_json_string(runtime.layer_arns),
                "OUTRIDER_INJECTOR_QUEUE_URL": self.queue.queue.queue_url,
            }
            | ({"OUTRIDER_TASKS_QUEUE_URL": events_queue(self)} if settings.task_events == "queue" else {})
            | ({"OUTRIDER_POLICY": "published", "OUTRIDER_POLICY_SIGNING_KEY": key} if key else {}),
            names={"policy_signing_key": key, "injector_queue": self.queue.queue.queue_arn},
            more=POINTING if key else (),
        )
        self.queue.feed(self.function, batch=10, concurrency=SIZES["InjectorFunction"].concurrency)
        role = self.function.role
        if role is not None:
            self.function.add_environment("OUTRIDER_INJECTOR_ROLE_ARN", role.role_arn)
        for name, pattern in patterns.INJECT.items():
            events.rule(
                self,
                name,
                patterns.by_others(pattern, role.role_arn if role else ""),
                queue=self.queue.queue,
                dead=self.queue.dead,
            )
        events.schedule(
            self,
            "Reconcile",
            self.function,
            every=cdk.Duration.minutes(settings.reconcile_minutes),
            command={"command": "reconcile"},
            dead=self.queue.dead,
        )
