"""What tests of rights share: the statements of a function, resolved to the demo's account, and calls under
them."""

from collections.abc import Callable
from functools import cache
from typing import Any

import aws_cdk as cdk
from aws_cdk import assertions

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import PERMISSIONS
from demo.account.cloud import ACCOUNT, REGION
from tests.programs.cdk_app.iam_checker import Checker, resolved, statements

NO_CALL = {
    "ScanFunction": ["StateList"],
    "SweepFunction": ["Bus", "Itself", "StateList"],
    "DatabaseFunction": ["StateList"],
    "RematchFunction": [],
}
"""Statements that no call here shows: a 404 in place of a 403, and what only runs over 15 minutes and
accounts that cannot be swept need."""

Handler = Callable[[dict[str, Any], Any], Any]

_QUEUES = {"ScannerJobsQueue": "jobs", "ScannerJobsDead": "jobs-dlq", "ScannerRematchesQueue": "rematch"}
_TABLES = {"CoreScans": "scans", "CoreIdempotency": "idempotency"}
NAMED = {
    "CoreState": "arn:aws:s3:::outrider-state",
    "CoreBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/outrider",
    "CoreKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/core",
    **{name: f"arn:aws:sqs:{REGION}:{ACCOUNT}:outrider-{queue}" for name, queue in _QUEUES.items()},
    **{
        name: f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/outrider-{table}" for name, table in _TABLES.items()
    },
}
"""Logical ids of the templates in the account of the demo."""


@cache
def templates() -> dict[str, dict[str, Any]]:
    made = stacks(cdk.App(context=FLAGS), Settings(), Bundled(Stub()))
    return {name: dict(assertions.Template.from_stack(made[name]).to_json()) for name in ("Core", "Scanner")}


def granted(function: str) -> list[dict[str, Any]]:
    """Statements of a function of the scanner's stack."""
    found = templates()
    return resolved(statements(found["Scanner"], function), found["Core"], NAMED)


def held(handler: Handler, checker: Checker) -> Handler:
    """The handler, each of whose calls needs a right."""

    def call(event: dict[str, Any], context: Any) -> Any:
        with checker.watching():
            return handler(event, context)

    return call


def not_used(checker: Checker, function: str) -> list[str]:
    implicit = [grant.sid for grant in PERMISSIONS[function] if grant.implicit]
    return checker.unused([*implicit, *NO_CALL[function]])
