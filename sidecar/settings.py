"""The settings of the sidecar, from its environment. README.md shows `VARIABLES`; a test compares the two."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from outrider.errors import UsageError
from outrider.model.event import Mode
from outrider.model.published import IMAGE
from outrider.policy import switch

BUILTIN_LEARN = "builtin:learn"
SOURCES = ("file:/", "ssm:", "s3://")
"""How a policy source that is not built in begins."""

PREFIX = "OUTRIDER_"
MAX_CONTAINERS = 10
"""ECS takes 10 containers a task."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""Names of containers and families, as ECS takes them. A container's becomes part of file names."""

_KEY = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.*'()/-]{0,512})?", re.ASCII)

_QUEUE = re.compile(r"https?://[\w.:-]{1,255}/\d{12}/[\w.-]{1,80}", re.ASCII)
"""http for a stand-in on this machine: what is sent is signed by AWS's own client either way."""


class Variable(NamedTuple):
    """One environment variable."""

    name: str
    default: str
    """Empty: there is none."""
    meaning: str


VARIABLES = (
    Variable("OUTRIDER_CONTAINERS", "", "required: names of the supervised containers, with commas"),
    Variable("OUTRIDER_MODE", "alert", "`alert` or `block`: mode of the built-in first policy"),
    Variable(
        "OUTRIDER_POLICY",
        BUILTIN_LEARN,
        "`builtin:learn`, `file:/path`, `ssm:/name`, `s3://bucket/key`; `{container}` becomes each name",
    ),
    Variable("OUTRIDER_POLICY_KEY", "", "Ed25519 public key, base64: who must have signed policies"),
    Variable("OUTRIDER_IMAGES", "", "`container=digest,…`: of images that the definition names by digest"),
    Variable(
        "OUTRIDER_ON_FAILURE",
        "availability",
        "`availability` or `security`: whether a task may start when its policy cannot be loaded",
    ),
    Variable("OUTRIDER_DAY_ZERO", "", "`container=digest,…`: lists of what came with their images"),
    Variable("OUTRIDER_PROGRAMS", "", "where those lists lie: `s3://bucket/{digest}`, `file:/path/{digest}`"),
    Variable("OUTRIDER_SWITCH", "", "where the fleet's alert-only switch lies: as `OUTRIDER_POLICY`"),
    Variable("OUTRIDER_POLL_SECONDS", "15", "how often the agent looks for a new policy, 1 to 3600"),
    Variable("OUTRIDER_FAMILY", "", "task family; a policy made for another workload is refused"),
    Variable("OUTRIDER_LOG", "deviations", "`deviations` or `all`: which events go to stdout and queue"),
    Variable("OUTRIDER_EVENTS_QUEUE", "", "URL of an SQS queue that gets the events too"),
    Variable(
        "OUTRIDER_INCIDENTS", "on", "`on` or `off`: whether detectors watch the events and tell incidents"
    ),
    Variable("OUTRIDER_LISTS", "", "file with lists for the detectors: bad addresses, names of pools"),
    Variable(
        "OUTRIDER_SEALED",
        "",
        "`s3://bucket/prefix` that gets the parts of the record put aside for incidents",
    ),
    Variable("OUTRIDER_NAMES", "on", "`on` or `off`: whether DNS answers are read, for rules by host name"),
    Variable("OUTRIDER_DRAIN_SECONDS", "20", "after SIGTERM the agent still receives for so long, 0 to 110"),
    Variable(
        "OUTRIDER_RECORD_BYTES",
        "16777216",
        "of a container's record: the oldest of it makes room for the newest",
    ),
    Variable("OUTRIDER_DIR", "/outrider", "where the volume shared with the application is mounted"),
    Variable("OUTRIDER_STATE_DIR", "/var/lib/outrider", "where the sidecar's own volume is mounted"),
)
"""Every variable there is, in the order in which the README lists them."""

OnFailure = Literal["availability", "security"]
Log = Literal["deviations", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Validated settings, and the places that follow from them."""

    containers: tuple[str, ...]
    mode: Mode = Mode.ALERT
    policy: str = BUILTIN_LEARN
    policy_key: str = ""
    """Public key, base64: policies that are not signed with it are not put in place. Empty: any are."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Container → digest (hex) of its image, where that was known when the task was patched."""
    on_failure: OnFailure = "availability"
    day_zero: Mapping[str, str] = field(default_factory=dict)
    """Container → digest (hex) of the list of its image's programs."""
    programs: str = ""
    """Where the lists lie, with `{digest}` in it."""
    switch: str = ""
    """Source of the fleet's switch to alert-only; empty: there is none."""
    poll_seconds: int = 15
    family: str = ""
    log: Log = "deviations"
    events_queue: str = ""
    """URL of an SQS queue; empty: events are sent nowhere."""
    incidents: bool = True
    """Whether detectors watch the events."""
    lists: str = ""
    """Path of a document `outrider.lists/1`; empty: the built-in lists alone."""
    sealed: str = ""
    """`s3://bucket/prefix`; empty: what is sealed stays on the volume."""
    names: bool = True
    drain_seconds: int = 20
    record_bytes: int = 16 << 20
    directory: Path = Path("/outrider")
    state_directory: Path = Path("/var/lib/outrider")
    unknown: tuple[str, ...] = ()
    """Variables that begin like ours and mean nothing to this version."""

    @property
    def binary(self) -> Path:
        """The supervisor, as application containers start it."""
        return self.directory / "bin" / "outrider-run"

    @property
    def guard(self) -> Path:
        """What the supervisor preloads where it can neither trap nor trace."""
        return self.directory / "lib" / "guard.so"

    @property
    def socket(self) -> Path:
        """Where supervisors report."""
        return self.directory / "run" / "agent.sock"

    @property
    def names_table(self) -> Path:
        """Where supervisors look names of addresses up."""
        return self.directory / "run" / "names"

    @property
    def health_socket(self) -> Path:
        """Where the agent answers how it is; not within reach of the application."""
        return self.state_directory / "health.sock"

    def blob(self, container: str) -> Path:
        """Where a container's supervisor looks for its policy."""
        return self.directory / "policy" / f"{container}.policy"

    @property
    def switch_file(self) -> Path:
        """Where supervisors look for the fleet's switch."""
        return self.directory / "policy" / switch.FILE

    def record(self, container: str) -> Path:
        """Directory of the flight record of a container."""
        return self.state_directory / "record" / container


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read and check the settings. Raises UsageError naming the variable and what it takes."""
    known = {variable.name for variable in VARIABLES}
    values = {v.name: environment.get(v.name) or v.default for v in VARIABLES}
    return Settings(
        containers=_containers(values["OUTRIDER_CONTAINERS"]),
        mode=Mode(_choice(values, "OUTRIDER_MODE", "alert", "block")),
        policy=_versioned(values, _source(values, "OUTRIDER_POLICY")),
        policy_key=_key(values["OUTRIDER_POLICY_KEY"]),
        images=_digests(values, "OUTRIDER_IMAGES", "`outrider patch` writes it."),
        day_zero=_day_zero(values),
        programs=values["OUTRIDER_PROGRAMS"],
        switch=_source(values, "OUTRIDER_SWITCH"),
        on_failure="security"
        if _choice(values, "OUTRIDER_ON_FAILURE", "availability", "security") == "security"
        else "availability",
        poll_seconds=_number(values, "OUTRIDER_POLL_SECONDS", 1, 3600),
        family=_family(values["OUTRIDER_FAMILY"]),
        log="all" if _choice(values, "OUTRIDER_LOG", "deviations", "all") == "all" else "deviations",
        events_queue=_queue(values["OUTRIDER_EVENTS_QUEUE"]),
        incidents=_choice(values, "OUTRIDER_INCIDENTS", "on", "off") == "on",
        lists=values["OUTRIDER_LISTS"],
        sealed=_bucket(values["OUTRIDER_SEALED"]),
        names=_choice(values, "OUTRIDER_NAMES", "on", "off") == "on",
        drain_seconds=_number(values, "OUTRIDER_DRAIN_SECONDS", 0, 110),
        record_bytes=_number(values, "OUTRIDER_RECORD_BYTES", 64 << 10, 1 << 30),
        directory=_directory(values, "OUTRIDER_DIR"),
        state_directory=_directory(values, "OUTRIDER_STATE_DIR"),
        unknown=tuple(sorted(name for name in environment if name.startswith(PREFIX) and name not in known)),
    )


def _containers(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    if not names:
        raise UsageError(
            "OUTRIDER_CONTAINERS is not set", hint="list the containers under supervision: web,worker"
        )
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"OUTRIDER_CONTAINERS: {name!r} is not a container name",
                hint="letters, digits, - and _, with commas between the names.",
            )
    if len(set(names)) != len(names) or len(names) > MAX_CONTAINERS:
        raise UsageError(f"OUTRIDER_CONTAINERS: each name once, at most {MAX_CONTAINERS}")
    return names


def _family(text: str) -> str:
    """A task family, or nothing."""
    return _formed(
        text, _NAME, f"OUTRIDER_FAMILY: {text!r} is not a task family", "letters, digits, - and _."
    )


def _source(values: Mapping[str, str], name: str) -> str:
    """A source of policies, or of the switch, which is one for all containers and has none built in."""
    text = values[name]
    of_switch = name == "OUTRIDER_SWITCH"
    begins = next((start for start in SOURCES if text.startswith(start)), None)
    if text == ("" if of_switch else BUILTIN_LEARN):
        return text
    if begins is None or len(text) == len(begins) or (of_switch and "{" in text):
        raise UsageError(
            f"{name}: not a policy source: {text!r}",
            hint=f"{'' if of_switch else 'builtin:learn, '}file:/path, ssm:/name or s3://bucket/key.",
        )
    if begins == "s3://" and not all(text.removeprefix("s3://").partition("/")[::2]):
        raise UsageError(f"{name}: {text!r} names no bucket and key", hint="s3://bucket/key")
    return text


def _versioned(values: Mapping[str, str], policy: str) -> str:
    """The source; one with a place for each version needs what names the version, and a key."""
    if IMAGE not in policy:
        return policy
    if "{container}" not in policy or not values["OUTRIDER_FAMILY"] or not values["OUTRIDER_POLICY_KEY"]:
        raise UsageError(
            f"OUTRIDER_POLICY: {policy!r} has a place for each version",
            hint="that needs {container} in it, OUTRIDER_FAMILY and OUTRIDER_POLICY_KEY.",
        )
    return policy


def _key(text: str) -> str:
    """An Ed25519 public key, or nothing. The supervisor, which uses it, reads the same form."""
    said = "OUTRIDER_POLICY_KEY is no Ed25519 public key"
    return _formed(text, _KEY, said, "the base64 of 32 bytes, 44 characters.")


def _digests(values: Mapping[str, str], variable: str, who: str) -> dict[str, str]:
    """Container → digest."""
    pairs = [one.partition("=")[::2] for one in values[variable].split(",") if one.strip()]
    found = {name.strip(): digest.strip() for name, digest in pairs}
    wrong = len(found) != len(pairs) or not all(_NAME.fullmatch(name) for name in found)
    if wrong or not all(_HASH.fullmatch(digest) for digest in found.values()):
        raise UsageError(
            f"{variable}: not containers with digests",
            hint=f"web=64 hex digits, with commas between; {who}",
        )
    return found


def _day_zero(values: Mapping[str, str]) -> dict[str, str]:
    """Container → digest, and that there is a place for the lists."""
    found = _digests(values, "OUTRIDER_DAY_ZERO", "`outrider patch --day-zero` writes it.")
    place = values["OUTRIDER_PROGRAMS"]
    if found and not (place.startswith(("file:/", "s3://")) and "{digest}" in place):
        raise UsageError(
            f"OUTRIDER_PROGRAMS: no place for lists: {place[:200]!r}",
            hint="s3://bucket/prefix/{digest} or file:/path/{digest}",
        )
    return found


def _queue(text: str) -> str:
    """A queue's URL, as SQS gives it; empty: there is none."""
    said = f"OUTRIDER_EVENTS_QUEUE: {text[:200]!r} is no queue's URL"
    return _formed(text, _QUEUE, said, "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")


def _bucket(text: str) -> str:
    """A place in S3; empty: there is none."""
    said = f"OUTRIDER_SEALED: {text[:200]!r} is no place in S3"
    return _formed(text, _PREFIX, said, "s3://bucket/prefix").rstrip("/")


def _formed(text: str, form: re.Pattern[str], said: str, hint: str) -> str:
    """A text of this form, or nothing."""
    if text and not form.fullmatch(text):
        raise UsageError(said, hint=hint)
    return text


def _choice(values: Mapping[str, str], name: str, *allowed: str) -> str:
    """One of a few words."""
    if values[name] not in allowed:
        raise UsageError(f"{name}: {values[name]!r} is not valid", hint=f"it is {' or '.join(allowed)}.")
    return values[name]


def _number(values: Mapping[str, str], name: str, low: int, high: int) -> int:
    """A whole number within bounds."""
    text = values[name]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
    if not low <= number <= high:
        raise UsageError(f"{name}: {text!r} is not valid", hint=f"a whole number from {low} to {high}.")
    return number


def _directory(values: Mapping[str, str], name: str) -> Path:
    """An absolute path."""
    path = Path(values[name])
    if not path.is_absolute() or "\0" in values[name]:
        raise UsageError(f"{name}: {values[name]!r} is not an absolute path")
    return path
