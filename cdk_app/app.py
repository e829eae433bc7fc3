"""`python -m cdk_app.app`: the stacks, as `cdk deploy` wants them."""

import sys

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from cdk_app import bundling
from cdk_app.settings import READERS, Settings, read
from cdk_app.stacks.core import Core
from cdk_app.stacks.injector import Injector
from cdk_app.stacks.member import Member
from cdk_app.stacks.packages import Bundled, Packages
from cdk_app.stacks.reporting import Reporting
from cdk_app.stacks.runtime import Runtime
from cdk_app.stacks.scanner import Scanner
from cdk_app.stacks.stages import Stages
from outrider.errors import OutriderError

DESCRIPTION = "Outrider: runtime defence and scanner for AWS Fargate and Lambda"
FLAGS = {"@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True}
"""Behaviour of CDK that the templates rely on, whoever synthesises them: bucket policies, not ACLs."""


def checked(app: cdk.App) -> cdk.App:
    """The app; what cdk-nag objects to without a reason of ours (`stacks/nag.py`) is not synthesised."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


def stacks(app: cdk.App, settings: Settings, packages: Packages) -> dict[str, cdk.Stack]:
    """A stack for each part, by its name; Member alone where there is a hub."""
    if settings.hub:
        member = cdk.Stack(app, "OutriderMember", description=DESCRIPTION)
        Member(member, settings)
        return {"Member": member}
    made = {
        name: cdk.Stack(app, f"Outrider{name}", description=DESCRIPTION)
        for name in ("Core", "Runtime", "Scanner", "Injector", "Reporting")
    }
    parts(made, settings, packages)
    return made


def parts(made: dict[str, cdk.Stack], settings: Settings, packages: Packages) -> None:
    """Everything of the hub, each part in its stack; they may all be the same."""
    core = Core(made["Core"], settings)
    runtime = Runtime(made["Runtime"], core, settings, packages)
    scanner = Scanner(made["Scanner"], core, settings, packages)
    injector = Injector(made["Injector"], core, runtime, settings, packages)
    reporting = Reporting(made["Reporting"], core, settings, packages)
    stages = Stages(made["Reporting"], core, reporting, settings, packages)
    reporting.watch(
        [*scanner.functions.values(), injector.function, stages.function],
        [scanner.jobs, scanner.rematches, injector.queue],
    )


def context(app: cdk.App) -> dict[str, object]:
    """Our keys of the app's context; unknown ones among them too, so that `read` can refuse them."""
    found = app.node.get_all_context()
    known = {f"outrider:{key}": app.node.try_get_context(f"outrider:{key}") for key in READERS}
    return {key: value for key, value in {**known, **dict(found)}.items() if value is not None}


def main() -> int:
    """Entry point."""
    app = checked(cdk.App(context=FLAGS))
    try:
        settings = read(context(app))
        bundler = bundling.Stub() if settings.bundling == "stub" else bundling.Full()
        stacks(app, settings, Bundled(bundler))
        app.synth()
    except OutriderError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_status)
    return 0


if __name__ == "__main__":
    sys.exit(main())
