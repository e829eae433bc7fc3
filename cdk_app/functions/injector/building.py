"""The injector put together: settings and clients in, the program out."""

from collections.abc import Callable
from functools import cache
from time import sleep, time
from typing import Any

from cdk_app.functions.injector import events
from cdk_app.functions.injector.aws.bus import EventBus
from cdk_app.functions.injector.aws.clients import lazy
from cdk_app.functions.injector.aws.deploying import CodeDeploy
from cdk_app.functions.injector.aws.images import EcrImages
from cdk_app.functions.injector.aws.outcomes import Outcomes
from cdk_app.functions.injector.aws.program_lists import ProgramLists
from cdk_app.functions.injector.aws.queue import OwnQueue
from cdk_app.functions.injector.aws.signing_key import SigningKey
from cdk_app.functions.injector.aws.switch import Switch
from cdk_app.functions.injector.day_zero import DayZero
from cdk_app.functions.injector.definitions import Definitions
from cdk_app.functions.injector.keepers import DefinitionKeeper, FunctionKeeper
from cdk_app.functions.injector.locks import Locks
from cdk_app.functions.injector.program import Program
from cdk_app.functions.injector.published import PublishedPolicies
from cdk_app.functions.injector.recording import Recorder
from cdk_app.functions.injector.services import ServiceKeeper
from cdk_app.functions.injector.settings import Settings
from outrider.account import layers
from outrider.account.functions import Functions
from outrider.account.services import Services
from outrider.account.task_definitions import TaskDefinitions
from outrider.inject.function_settings import FunctionSettings
from outrider.inject.rollout import Rules
from outrider.policy import program_places

_PATIENCE = 60
"""Seconds a function may take to come to rest; one that takes longer is tried again by a later message."""


def build(
    arn: str,
    settings: Settings,
    on_error: Callable[[str, Exception], None],
    *,
    clients: Callable[..., Any] = lazy,
    clock: Callable[[], float] = time,
    pause: Callable[[float], None] = sleep,
) -> Program:
    """The injector that runs as the function `arn`. Raises OutriderError."""
    region, account = arn.split(":")[3:5]
    store = Outcomes(clients("dynamodb"), settings.outcomes_table, settings.history_days, clock)
    bus = EventBus(clients("events"), settings.bus)
    recorder = Recorder(store=store, bus=bus, account=account, region=region, clock=clock)
    locks = Locks(store=store, clock=clock, sleep=pause)
    rules = Rules(opt=settings.opt, act_on_iac=settings.act_on_iac)
    services = definitions = None
    if settings.tasks:
        ecs = clients("ecs")
        images = EcrImages(clients)
        patched = Definitions(
            calls=TaskDefinitions(ecs),
            images=images,
            store=store,
            locks=locks,
            settings=settings.tasks,
            published=_published(settings, clients) if settings.published else None,
            day_zero=_day_zero(settings.programs, images, clients) if settings.programs else None,
        )
        definitions = DefinitionKeeper(definitions=patched, recorder=recorder, rules=rules)
        services = ServiceKeeper(
            calls=Services(ecs),
            definitions=patched,
            deployer=CodeDeploy(clients("codedeploy")),
            recorder=recorder,
            locks=locks,
            rules=rules,
        )
    return Program(
        account=account,
        region=region,
        own=events.own_sessions(settings.role_arn),
        rules=rules,
        services=services,
        definitions=definitions,
        functions=_functions(settings, clients, recorder, locks, rules) if settings.layers else None,
        recorder=recorder,
        bookmark=store,
        paused=Switch(clients("ssm"), settings.paused_parameter).paused,
        go_on=OwnQueue(clients, settings.queue_url).go_on,
        on_error=on_error,
    )


def _published(settings: Settings, clients: Callable[..., Any]) -> PublishedPolicies:
    """What points sidecars to published policies."""
    region = settings.signing_key.split(":")[3]
    key = SigningKey(clients("kms", region), settings.signing_key)
    return PublishedPolicies(source=settings.published, key=key)


def _day_zero(programs: str, images: EcrImages, clients: Callable[..., Any]) -> DayZero:
    """What gives the lists of the scanner to task definitions."""
    lists = ProgramLists(clients("s3"), program_places.parse(programs))
    return DayZero(digests=images, lists=lists, programs=programs)


def _functions(
    settings: Settings, clients: Callable[..., Any], recorder: Recorder, locks: Locks, rules: Rules
) -> FunctionKeeper:
    """What looks after functions."""
    functions = Functions(clients("lambda"), clients("ssm"), patience=_PATIENCE)

    @cache
    def wanted() -> FunctionSettings:
        """What is attached; asked once, an error is not kept."""
        attached = {
            name: layers.described(functions, arn)[0] for name, arn in sorted(settings.layers.items())
        }
        return FunctionSettings(layers=attached, mode=settings.mode, on_failure=settings.on_failure)

    return FunctionKeeper(functions=functions, settings=wanted, recorder=recorder, locks=locks, rules=rules)
