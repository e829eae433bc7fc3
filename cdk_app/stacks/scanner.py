"""Scanner: what is pushed or changed is scanned, all of it again by a sweep, new advisories are rematched."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_app import patterns
from cdk_app.settings import Settings
from cdk_app.stacks import events, members
from cdk_app.stacks.core import Core
from cdk_app.stacks.function import SIZES, Queue, function
from cdk_app.stacks.packages import Packages

DATABASE_HOURS = 6
"""Between builds of the advisory database."""


class Scanner(Construct):
    """Two queues, four functions."""

    def __init__(self, scope: Construct, core: Core, settings: Settings, packages: Packages) -> None:
        super().__init__(scope, "Scanner")
        self.jobs = Queue(self, "Jobs", core, "ScanFunction")
        self.rematches = Queue(self, "Rematches", core, "RematchFunction")
        environment = {
            "OUTRIDER_JOBS_QUEUE_URL": self.jobs.queue.queue_url,
            "OUTRIDER_JOBS_DLQ_ARN": self.jobs.dead.queue_arn,
            "OUTRIDER_REMATCH_QUEUE_URL": self.rematches.queue.queue_url,
            "OUTRIDER_DATABASE_KEY_PARAMETER": settings.database_key_parameter,
            "OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER": settings.database_public_key_parameter,
            "OUTRIDER_DATABASE_MIRROR": settings.database_mirror,
            "OUTRIDER_PROGRAMS": core.programs,
        }
        names = {
            "jobs_queue": self.jobs.queue.queue_arn,
            "jobs_dlq": self.jobs.dead.queue_arn,
            "rematch_queue": self.rematches.queue.queue_arn,
            "database_key": settings.database_key_parameter,
            "database_public_key": settings.database_public_key_parameter,
        }

        def made(name: str) -> lambda_.Function:
            looking = bool(settings.members) and name in members.LOOKING
            return function(
                self,
                name,
                core,
                settings,
                packages,
                environment=environment | (members.environment(settings.members) if looking else {}),
                names=names,
                more=(members.grant(settings.members),) if looking else (),
                role_name=members.name_of(name, self) if looking else None,
            )

        every = ("ScanFunction", "SweepFunction", "DatabaseFunction", "RematchFunction")
        self.functions = {name: made(name) for name in every}
        self.jobs.feed(self.functions["ScanFunction"], batch=1, concurrency=settings.scan_concurrency)
        self.rematches.feed(
            self.functions["RematchFunction"], batch=1, concurrency=SIZES["RematchFunction"].concurrency
        )
        self._rules(core, settings)

    def _rules(self, core: Core, settings: Settings) -> None:
        for suffix, (bus, accounts) in events.buses(core.bus, settings.members).items():
            for name, pattern in patterns.SCAN.items():
                events.rule(
                    self,
                    f"{name}{suffix}",
                    patterns.of(pattern, accounts),
                    queue=self.jobs.queue,
                    dead=self.jobs.dead,
                    bus=bus,
                )
        events.schedule(
            self,
            "Sweep",
            self.functions["SweepFunction"],
            every=cdk.Duration.hours(settings.sweep_hours),
            command={"command": "sweep"},
            dead=self.jobs.dead,
        )
        if settings.database_mirror:
            self._database(settings.database_mirror)

    def _database(self, mirror: str) -> None:
        events.schedule(
            self,
            "Database",
            self.functions["DatabaseFunction"],
            every=cdk.Duration.hours(DATABASE_HOURS),
            command={"command": "build"},
            dead=self.rematches.dead,
            given=mirror,
        )
