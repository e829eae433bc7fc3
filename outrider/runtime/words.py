"""Events in plain words, safe to print: names come from attackers too, control characters are written out."""

from datetime import UTC, datetime

from outrider.model.event import Address, Event, FrameType, Kind, Verdict

DOING = {
    Kind.EXEC: "run",
    Kind.CONNECT: "connect to",
    Kind.BIND: "listen on",
    Kind.WRITE: "change",
    Kind.SYSCALL: "call",
    Kind.RESOLVE: "look up",
    Kind.READ: "read",
    Kind.LOAD: "load",
    Kind.INVOKE: "be invoked by",
}
"""After `tried to`."""
DID = {
    Kind.EXEC: "ran",
    Kind.CONNECT: "connected to",
    Kind.BIND: "listened on",
    Kind.WRITE: "changed",
    Kind.SYSCALL: "called",
    Kind.RESOLVE: "looked up",
    Kind.READ: "read",
    Kind.LOAD: "loaded",
    Kind.INVOKE: "was invoked by",
}
"""After the name of a program."""


def shown(text: str) -> str:
    r"""Text with everything that is not printable written as `\xNN` or `\uNNNN`."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def object_of(event: Event) -> str:
    """What was acted on: a path, an address, the name of a call."""
    if event.address is None:
        return shown(event.target) or "something without a name"
    name = f"{shown(event.name)} at " if event.name else ""
    return name + address_text(event.address)


def address_text(address: Address) -> str:
    """`10.0.0.7 port 5432 (tcp)`, or the path of a socket."""
    if address.family == "unix":
        return f"the socket {shown(address.host) or 'without a name'}"
    protocol = "" if address.protocol == "any" else f" ({shown(address.protocol)})"
    return f"{shown(address.host)} port {address.port}{protocol}"


def command_line(arguments: tuple[str, ...]) -> str:
    """Arguments as a line; not for a shell to read again."""
    return " ".join(shown(argument) if argument else "''" for argument in arguments)


def clock(time_ns: int) -> str:
    """Time of day in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC)
    return f"{moment:%H:%M:%S}.{time_ns // 1_000_000 % 1000:03d}"


def moment(time_ns: int) -> str:
    """Date and time of day in UTC, to the millisecond."""
    return f"{datetime.fromtimestamp(time_ns // 1_000_000_000, UTC):%Y-%m-%d} {clock(time_ns)}"


def what_happened(event: Event) -> str:
    """What an act came to, without its actor: `tried to run /bin/sh: blocked`."""
    if event.kind is None:
        return "did something unknown"
    if event.verdict is Verdict.BLOCK:
        return f"tried to {DOING[event.kind]} {object_of(event)}{_where(event)}: blocked"
    alert = ": alert, let through" if event.verdict is Verdict.ALERT else ""
    return f"{DID[event.kind]} {object_of(event)}{_where(event)}{alert}"


def _where(event: Event) -> str:
    """The code that did it, where that is known: `, in /var/task/app.py:12 handler of requests 2.32.3`."""
    of = f" of {shown(event.distribution)}" if event.distribution else ""
    return f", in {shown(event.code)}{of}" if event.code else ""


def describe(event: Event) -> str:
    """An event of any type as a sentence, without time and container."""
    policy = f"policy {shown(event.policy_id)[:12] or 'unknown'}, counter {event.policy_counter}"
    took = "refused" if event.verdict is Verdict.BLOCK else "took"
    actor = shown(event.program) or "a program"
    words = {
        FrameType.HELLO: f"supervisor ({shown(event.engine)}) on {shown(event.kernel)}, {policy}",
        FrameType.EVENT: f"{actor}[{event.pid}] {what_happened(event)}",
        FrameType.REPEAT: f"event {event.ref_seq} happened {event.count} more times",
        FrameType.POLICY: f"the supervisor {took} {policy}",
        FrameType.START: f"starting {command_line(event.argv)} under {policy}",
        FrameType.COUNTERS: "counters",
        FrameType.TROUBLE: "trouble",
    }
    return words[event.type] + (f": {shown(event.message)}" if event.message else "")


def why(event: Event, reason: str | None = None) -> str:
    """Why an act was decided as it was; `reason` is what the policy says of the rule, when it is known."""
    if event.kind is None:
        return ""
    if event.rule:
        return f"rule {event.rule}: {shown(reason)}" if reason else f"rule {event.rule} of the policy"
    program = shown(event.program) or "this program"
    return f"no rule allows {program} to {DOING[event.kind]} {object_of(event)}"
