"""The injector's settings, from its environment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from outrider.errors import OutriderError, UsageError
from outrider.inject import function_names
from outrider.inject.opt import Opt
from outrider.inject.settings import BUILTIN_LEARN, OnFailure
from outrider.inject.settings import Settings as TaskSettings
from outrider.model import published
from outrider.model.event import Mode
from outrider.policy import program_places

PUBLISHED = "published"
"""As OUTRIDER_POLICY: each version's, from where StagesFunction publishes it."""
_SIGNING_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]{1,40}:\d{12}:key/[A-Za-z0-9-]{1,100}", re.ASCII)
_LAYER = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9_-]{1,140}:\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the account wants, and the names of everything the injector writes to."""

    outcomes_table: str
    bus: str
    layers: Mapping[str, str]
    """Architecture → ARN of the layer version; empty: functions are left alone."""
    tasks: TaskSettings | None
    """None: no sidecar image is named, services are left alone."""
    mode: Mode = Mode.ALERT
    on_failure: OnFailure = OnFailure.AVAILABILITY
    programs: str = ""
    """Where the scanner keeps the programs of images, for day zero; empty: tasks are patched without."""
    published: str = ""
    """Where published policies lie, as sidecars are told it; empty: they have the policy of `tasks`."""
    signing_key: str = ""
    """ARN of the KMS key that signs those."""
    opt: Opt = Opt.IN
    act_on_iac: bool = False
    paused_parameter: str = ""
    """SSM parameter whose value `true` pauses everything; empty: there is no switch."""
    queue_url: str = ""
    """The injector's own queue, for what a reconcile has no time for; empty: the next one goes on."""
    role_arn: str = ""
    """Its own role: what that did is no news."""
    history_days: int = 90
    """How long former outcomes are kept."""
    margin_ms: int = 20_000
    """Milliseconds before the end of an invocation in which nothing new is begun."""


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables. Raises UsageError that names the variable."""
    mode = Mode(_choice(environment, "OUTRIDER_MODE", tuple(mode.value for mode in Mode), Mode.ALERT.value))
    usual = OnFailure.AVAILABILITY.value
    allowed = tuple(choice.value for choice in OnFailure)
    on_failure = OnFailure(_choice(environment, "OUTRIDER_ON_FAILURE", allowed, usual))
    place, signing_key = _published(environment)
    return Settings(
        outcomes_table=_needed(environment, "OUTRIDER_OUTCOMES_TABLE"),
        bus=_needed(environment, "OUTRIDER_BUS_NAME"),
        layers=_layers(environment, "OUTRIDER_LAYER_ARNS"),
        tasks=_tasks(environment, mode, on_failure),
        mode=mode,
        on_failure=on_failure,
        programs=_programs(environment),
        published=place,
        signing_key=signing_key,
        opt=Opt(_choice(environment, "OUTRIDER_OPT", tuple(opt.value for opt in Opt), Opt.IN.value)),
        act_on_iac=_choice(environment, "OUTRIDER_ACT_ON_IAC", ("true", "false"), "false") == "true",
        paused_parameter=environment.get("OUTRIDER_PAUSED_PARAMETER", ""),
        queue_url=environment.get("OUTRIDER_INJECTOR_QUEUE_URL", ""),
        role_arn=environment.get("OUTRIDER_INJECTOR_ROLE_ARN", ""),
        history_days=_number(environment, "OUTRIDER_HISTORY_DAYS", 90, 3650),
        margin_ms=_number(environment, "OUTRIDER_STOP_BEFORE_MS", 20_000, 600_000),
    )


def _needed(environment: Mapping[str, str], name: str) -> str:
    """A variable that must be there."""
    if not (value := environment.get(name, "")):
        raise UsageError(f"{name} is not set", hint="the CDK app sets it; see the injector's README.md.")
    return value


def _choice(environment: Mapping[str, str], name: str, allowed: tuple[str, ...], usual: str) -> str:
    """One of some words."""
    value = environment.get(name) or usual
    if value not in allowed:
        raise UsageError(f"{name} is {value[:40]!r}", hint=f"it is {' or '.join(allowed)}.")
    return value


def _number(environment: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """A whole number from 1."""
    value = environment.get(name) or str(usual)
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= most:
        raise UsageError(f"{name} is no number from 1 to {most}: {value[:40]!r}")
    return int(value)


def _layers(environment: Mapping[str, str], name: str) -> dict[str, str]:
    """`{"arm64": "arn:…:7"}`."""
    text = environment.get(name) or "{}"
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(
        key in function_names.ARCHITECTURES and isinstance(arn, str) and _LAYER.fullmatch(arn)
        for key, arn in found.items()
    ):
        raise UsageError(f"{name} is not a JSON object of architecture → layer version ARN: {text[:80]!r}")
    return found


def _programs(environment: Mapping[str, str]) -> str:
    """Where lists are, when day zero is wanted."""
    if _choice(environment, "OUTRIDER_DAY_ZERO", ("off", "on"), "off") == "off":
        return ""
    place = _needed(environment, "OUTRIDER_PROGRAMS")
    try:
        program_places.parse(place)
    except OutriderError as error:
        raise UsageError(f"OUTRIDER_PROGRAMS: {error.message}", hint=error.hint) from None
    return place


def _published(environment: Mapping[str, str]) -> tuple[str, str]:
    """Where published policies lie and the ARN of their key, when they are wanted."""
    if environment.get("OUTRIDER_POLICY") != PUBLISHED:
        return "", ""
    key = _needed(environment, "OUTRIDER_POLICY_SIGNING_KEY")
    if not _SIGNING_KEY.fullmatch(key):
        raise UsageError(f"OUTRIDER_POLICY_SIGNING_KEY is not the ARN of a KMS key: {key[:80]!r}")
    if environment.get("OUTRIDER_POLICY_KEY"):
        raise UsageError(
            "OUTRIDER_POLICY_KEY goes with policies of your own; published ones are signed in KMS",
            hint="leave it out: the public half of OUTRIDER_POLICY_SIGNING_KEY is asked of KMS.",
        )
    return published.source(_needed(environment, "OUTRIDER_STATE_BUCKET")), key


def _tasks(environment: Mapping[str, str], mode: Mode, on_failure: OnFailure) -> TaskSettings | None:
    """How task definitions are patched."""
    if not (image := environment.get("OUTRIDER_SIDECAR_IMAGE", "")):
        return None
    policy = environment.get("OUTRIDER_POLICY") or BUILTIN_LEARN
    try:
        return TaskSettings(
            sidecar_image=image,
            mode=mode,
            on_failure=on_failure,
            policy=BUILTIN_LEARN if policy == PUBLISHED else policy,
            key=environment.get("OUTRIDER_POLICY_KEY", ""),
            events_queue=environment.get("OUTRIDER_TASKS_QUEUE_URL", ""),
        )
    except OutriderError as error:
        raise UsageError(
            f"OUTRIDER_POLICY, OUTRIDER_POLICY_KEY or OUTRIDER_TASKS_QUEUE_URL: {error.message}",
            hint=error.hint,
        ) from None
