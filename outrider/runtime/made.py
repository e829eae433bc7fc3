"""Events made of decoded fields, in half the time their dataclass takes: agents make thousands a second."""

from typing import Any

from outrider.model.event import Event

NOTHING: dict[str, Any] = {name: field.default for name, field in Event.__dataclass_fields__.items()}
"""Every field at its default, in the order of the dataclass."""
PLACES = {name: place for place, name in enumerate(NOTHING)}
"""Field → its place in what `in_order` takes."""

_SETTERS = [getattr(Event, name).__set__ for name in NOTHING]
"""Of the slots: what the dataclass's own __init__ calls by name, one after the other."""


def event(fields: dict[str, Any]) -> Event:
    """Return `Event(**fields)`. The caller has type, seq and time_ns in it, and nothing that is no field."""
    return in_order((NOTHING | fields).values())


def in_order(values: Any) -> Event:
    """Return the event of these values, one for each field."""
    made = object.__new__(Event)
    for put, value in zip(_SETTERS, values, strict=True):
        put(made, value)
    return made
