"""StagesFunction's entry: a round, by its schedule, or a person's wish, by who may invoke it."""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

import outrider
from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.staging import moving, rounds, telling, wishes
from cdk_app.functions.reporter.staging.moving import Doors
from cdk_app.functions.reporter.staging.settings import Settings, from_environment
from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model.behaviour import BehaviourModel
from outrider.policy import document
from outrider.policy import terms as terms_document
from outrider.policy.document import PolicyDocument
from outrider.policy.stages import Terms
from outrider.report.harmless import harmless

_logger = Logger(service="outrider-stages")
_metrics = Metrics(namespace="Outrider", service="stages")

LOOKED, STEPPED, FAILED, REFUSED = "VersionsLookedAt", "VersionsStepped", "VersionsFailed", "WishesRefused"
METRICS = (LOOKED, STEPPED, FAILED, REFUSED)
"""All of them; the README lists them, a test compares."""

ROUND = {"command": "round"}
"""What the schedule says."""
_RESERVE_MS = 30_000
"""What is left of an invocation's time when no version is begun any more: the slowest look there is."""

_PACKAGE = Path(outrider.__file__).parent
_POLICIES = (_PACKAGE / "_assets/templates/policies", _PACKAGE.parent / "templates/policies")
"""Where built-in policies are: in a wheel, in a checkout or a function's zip."""


@_metrics.log_metrics(raise_on_empty_metrics=False)
def handler(event: Any, context: Any) -> dict[str, Any]:
    """A round, or a wish. Raises OutriderError: none could be made at all; the alarm for errors says so."""
    settings = from_environment(os.environ)
    doors, table = _doors(settings, context.invoked_function_arn)
    doors = replace(doors, terms=_terms(settings))

    def in_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE_MS)

    if event == ROUND:
        return round_of(doors, table, in_time)
    return wish_of(event, doors, table, in_time)


def round_of(
    doors: Doors, table: rounds.Table, in_time: Callable[[], bool], clock: Callable[[], int] = time.time_ns
) -> dict[str, Any]:
    """Look at all versions, each with a fate of its own; say how it went."""
    made = rounds.go(table, lambda workload: _looked(doors, workload, clock()), in_time)
    for name, count in ((LOOKED, made.looked), (STEPPED, made.stepped), (FAILED, made.failed)):
        _metrics.add_metric(name, MetricUnit.Count, count)
    told = asdict(made)
    _logger.info("round", extra={"round": told})
    return told


def wish_of(
    event: Any,
    doors: Doors,
    table: rounds.Table,
    in_time: Callable[[], bool],
    clock: Callable[[], int] = time.time_ns,
) -> dict[str, Any]:
    """Do what a person asks for, or answer why not."""
    try:
        asked = wishes.read(event if isinstance(event, Mapping) else {})
        version = wishes.choose(asked, rounds.every(table, in_time))
    except InvalidInput as error:
        _metrics.add_metric(REFUSED, MetricUnit.Count, 1)
        _logger.warning("wish refused", extra={"reason": harmless(error.message)})
        return {"refused": error.message, "hint": error.hint}
    taken = moving.look(doors, version, clock(), asked.wish).transition
    _logger.info("wish", extra={"version": harmless(version.title), "who": asked.wish.who})
    named = {"workload": version.workload, "container": version.container, "image": version.image}
    if taken is None:
        return named | {"stage": asked.wish.stage.value, "step": "it was there already"}
    return named | {"stage": taken.after.value, "step": f"{taken.before} → {taken.after}"}


def _looked(doors: Doors, workload: str, now_ns: int) -> bool | None:
    """Whether the version stepped; None: it failed, which is told. One that fails keeps no other from it."""
    version = BehaviourModel(workload[: limits.ENVELOPE_WORD], "")
    try:
        version = models.named(workload)
        return moving.look(doors, version, now_ns).transition is not None
    except OutriderError as error:
        words = error.message
        _logger.error("not looked at", extra={"version": harmless(version.title), "reason": harmless(words)})
    except Exception as error:
        words = type(error).__name__
        _logger.exception("not looked at", extra={"version": harmless(version.title)})
    with suppress(OutriderError):  # the log and the metric have it
        doors.bus.send([telling.trouble(version, words, now_ns, doors.place)])
    return None


@cache
def _doors(settings: Settings, arn: str) -> tuple[Doors, rounds.Table]:
    """Doors of this function, once a cold start; with the usual terms."""
    from cdk_app.functions.reporter.aws import policies, sinks, tables  # noqa: PLC0415 - boto3 is heavy
    from cdk_app.functions.reporter.aws.client import client  # noqa: PLC0415

    words = arn.split(":")
    if len(words) < 7 or words[2] != "lambda":
        raise EnvironmentFault(f"the function's ARN is none: {arn[:100]!r}")
    table = tables.DynamoModels(client("dynamodb"), settings.models_table)
    doors = Doors(
        table=table,
        store=policies.S3Policies(client("s3"), settings.reports_bucket, settings.state_bucket),
        sign=policies.signing(client("kms"), settings.signing_key) if settings.signing_key else None,
        bus=sinks.Bus(client("events"), settings.bus),
        terms=Terms(),
        built_in=built_in,
        place=telling.Place(account=words[4], region=words[3]),
    )
    return doors, table


def _terms(settings: Settings) -> Terms:
    """The terms of the account. Raises InvalidInput: they are none; nothing is moved by others instead."""
    if not settings.terms_parameter:
        return Terms()
    from cdk_app.functions.reporter.aws import policies  # noqa: PLC0415 - boto3 is heavy
    from cdk_app.functions.reporter.aws.client import client  # noqa: PLC0415

    text = policies.parameter(client("ssm"), settings.terms_parameter)
    return terms_document.parse(text, f"the terms of {settings.terms_parameter}")


@cache
def built_in() -> PolicyDocument:
    """The policy that functions have without one of their own. Raises EnvironmentFault: it is not here."""
    for folder in _POLICIES:
        path = folder / "function-block.yaml"
        if path.is_file():
            return document.parse(path.read_text(encoding="utf-8"), path.name)
    raise EnvironmentFault("templates/policies is missing from this function", hint="deploy it again.")
