"""Every choice of the app: context keys, their defaults and their forms; a wrong one is an error by name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from outrider.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `cdk deploy -c KEY=VALUE` may say. The defaults protect nothing that did not ask for it.

    In the one-file template (`one_file.py`) what is text here may be a token: a parameter of the template.
    """

    mode: str = "alert"
    """`outrider:mode`: `alert` or `block`, for what is protected without a policy of its own."""
    opt: str = "in"
    """`outrider:opt`: `in`, only what has the tag `outrider=protect`; `out`, all but `outrider=skip`."""
    act_on_iac: str = "false"
    """`outrider:act-on-iac`: `true`, change also what CloudFormation or another tool owns."""
    security_hub: str = "false"
    """`outrider:security-hub`: `true`, import findings into Security Hub, which must be enabled."""
    task_events: str = "log"
    """`outrider:task-events`: `log`, by the sidecar's log driver; `queue`: the injector's sidecars send them
    to the account's queue as well, which then takes messages of every role of the account."""
    day_zero: str = "off"
    """`outrider:day-zero`: `on`, the injector gives tasks the scanner's list of their images' programs: what
    is not on it is stopped (in alert mode told) from the start on. Task roles need the policy of
    the SSM parameter /outrider/task-policy."""
    sidecar_image: str = ""
    """`outrider:sidecar-image`: URI by digest; empty: our version in Runtime's repository."""
    database_mirror: str = ""
    """`outrider:database-mirror`: https URL under which the feeds lie; empty: no database is built here, and
    every scan says that it had none."""
    database_key_parameter: str = "/outrider/database/key"
    """`outrider:database-key-parameter`: SSM SecureString with the Ed25519 key, which you put there."""
    database_public_key_parameter: str = "/outrider/database/public-key"
    """`outrider:database-public-key-parameter`: SSM parameter with its public half, which you put there."""
    policy_signing_key: str = ""
    """`outrider:policy-signing-key`: ARN of a KMS key of ECC_NIST_EDWARDS25519, yours. Given: the policies
    that stages result in are signed with it and put where agents look; the injector points sidecars there,
    which then have no day zero; empty: they are proposed only."""
    alarm_email: str = ""
    """`outrider:alarm-email`: is subscribed to the topic; empty: nobody is."""
    log_days: int = 90
    """`outrider:log-days`: how long functions' logs are kept; a number CloudWatch knows."""
    report_days: int = 400
    """`outrider:report-days`: how long reports and older versions of objects are kept."""
    sweep_hours: int = 24
    """`outrider:sweep-hours`: between full sweeps, 1 to 168."""
    reconcile_minutes: int = 60
    """`outrider:reconcile-minutes`: between the injector's reconciles, 5 to 1440."""
    scan_concurrency: int = 10
    """`outrider:scan-concurrency`: reserved for ScanFunction, 2 to 1000."""
    members: tuple[str, ...] = ()
    """`outrider:members`: accounts that this one looks after, comma-separated; each has Member."""
    hub: str = ""
    """`outrider:hub`: account of the hub; given, the app makes Member alone."""
    organization: str = ""
    """`outrider:organization`: id of the AWS organization; given, hub and members trust each other only while
    both are in it."""
    bundling: str = "full"
    """`outrider:bundling`: `full`, or `stub` (empty packages: to look at templates, not to deploy)."""


MAX_MEMBERS = 100
"""As many as fit: a role's inline policies have at most 10,240 characters, an event pattern 4,096, the
variables of a function 4 KB. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653)


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value

    return read


def _word(value: str) -> str:
    return _choice("true", "false")(value.lower())


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"\d{1,5}", value) or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def _log_days(value: str) -> int:
    if value not in map(str, _LOG_DAYS):
        raise ValueError(f"one of {', '.join(map(str, _LOG_DAYS))}")
    return int(value)


def _form(key: str) -> Callable[[str], str]:
    pattern, words = FORMS[key]

    def read(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise ValueError(words)
        return value

    return read


def _accounts(value: str) -> tuple[str, ...]:
    found = tuple(sorted({part.strip() for part in value.split(",") if part.strip()}))
    if not all(_ACCOUNT.fullmatch(account) for account in found) or len(found) > MAX_MEMBERS:
        raise ValueError(f"account numbers of 12 digits, comma-separated, at most {MAX_MEMBERS}")
    return found


FORMS = {
    "sidecar-image": (r"[\w.:/-]{3,400}@sha256:[0-9a-f]{64}", "an image by digest, NAME@sha256:…"),
    "database-mirror": (r"https://[\w.:/-]{3,400}", "an https URL"),
    "database-key-parameter": (r"/[\w./-]{1,500}", "the name of an SSM parameter, /…"),
    "database-public-key-parameter": (r"/[\w./-]{1,500}", "the name of an SSM parameter, /…"),
    "policy-signing-key": (
        r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{5,30}:\d{12}:key/[A-Za-z0-9-]{1,100}",
        "the ARN of a key, arn:aws:kms:…:key/…",
    ),
    "alarm-email": (r"[^@\s]{1,64}@[^@\s]{3,190}", "an e-mail address"),
    "hub": (r"\d{12}", "an account number of 12 digits"),
    "organization": (r"o-[a-z0-9]{10,32}", "the id of an organization, o-…"),
}
"""Context key → what its value must match, and that in words. Empty is allowed."""

READERS: dict[str, Callable[[str], Any]] = {
    "mode": _choice("alert", "block"),
    "opt": _choice("in", "out"),
    "act-on-iac": _word,
    "security-hub": _word,
    "task-events": _choice("log", "queue"),
    "day-zero": _choice("off", "on"),
    "sidecar-image": _form("sidecar-image"),
    "database-mirror": _form("database-mirror"),
    "database-key-parameter": _form("database-key-parameter"),
    "database-public-key-parameter": _form("database-public-key-parameter"),
    "policy-signing-key": _form("policy-signing-key"),
    "alarm-email": _form("alarm-email"),
    "log-days": _log_days,
    "report-days": _between(30, 3650),
    "sweep-hours": _between(1, 168),
    "reconcile-minutes": _between(5, 1440),
    "scan-concurrency": _between(2, 1000),
    "members": _accounts,
    "hub": _form("hub"),
    "organization": _form("organization"),
    "bundling": _choice("full", "stub"),
}
"""Context key without its `outrider:` → what reads it."""


def read(context: Mapping[str, Any]) -> Settings:
    """From the app's context. An unknown `outrider:` key or a wrong value raises UsageError naming it."""
    ours = {
        key.removeprefix("outrider:"): value for key, value in context.items() if key.startswith("outrider:")
    }
    if unknown := sorted(ours.keys() - READERS.keys()):
        raise UsageError(
            f"unknown context key: outrider:{unknown[0]}",
            hint=f"there are {', '.join(f'outrider:{key}' for key in READERS)}.",
        )
    return Settings(**{key.replace("-", "_"): _value(key, value) for key, value in sorted(ours.items())})


def _value(key: str, value: Any) -> Any:
    """One value; cdk.json may have true and numbers where the command line has words."""
    word = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        return READERS[key](word)
    except ValueError as error:
        raise UsageError(f"context key outrider:{key} is {word[:80]!r}; it must be {error}") from None
