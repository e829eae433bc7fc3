"""Events made of decoded fields, in a fifth of the time their dataclass takes: agents make thousands."""

from typing import Any

from outrider.model.event import Event

NOTHING: dict[str, Any] = {name: field.default for name, field in Event.__dataclass_fields__.items()}
"""Every field at its default, in the order of the dataclass."""
PLACES = {name: place for place, name in enumerate(NOTHING)}
"""Field → its place in what `in_order` takes."""

_Draft: Any = type("_Draft", (), {"__slots__": tuple(NOTHING)})
"""An event that is not finished: it has the same slots, and they can still be set."""


def event(fields: dict[str, Any]) -> Event:
    """Return `Event(**fields)`. The caller has type, seq and time_ns in it, and nothing that is no field."""
    return in_order((NOTHING | fields).values())


def in_order(values: Any) -> Event:
    """Return the event of these values, one for each field.

    A dataclass that is frozen sets each slot by a call, which takes five times as long.
    """
    draft = _Draft()
    (
        draft.type, draft.seq, draft.time_ns, draft.dropped, draft.instance, draft.container, draft.kind,
        draft.verdict, draft.pid, draft.ppid, draft.uid, draft.gid, draft.program, draft.cmdline,
        draft.target, draft.address, draft.rule, draft.syscall, draft.errno, draft.ancestors, draft.argv,
        draft.count, draft.ref_seq, draft.message, draft.policy_id, draft.policy_counter, draft.mode,
        draft.engine, draft.kernel, draft.features, draft.code, draft.distribution, draft.name,
        draft.sha256, draft.request_id, draft.function, draft.version, draft.traits,
    ) = values  # fmt: skip
    draft.__class__ = Event  # allowed between classes whose slots are the same
    finished: Event = draft
    return finished
