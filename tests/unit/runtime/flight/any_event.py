"""Any event there can be, and a segment made of some."""

from hypothesis import strategies as st

from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Mode, Verdict
from outrider.runtime.flight.segment import Header, SegmentWriter

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = st.lists(TEXT, max_size=4).map(tuple)
UNSIGNED = st.integers(0, (1 << 64) - 1) | st.integers(0, 300)
NUMBER = st.integers(-(1 << 31), (1 << 64) - 1) | st.integers(0, 300)

FIELDS = {
    "dropped": NUMBER,
    "kind": st.sampled_from([None, *Kind]),
    "verdict": st.sampled_from([None, *Verdict]),
    "mode": st.sampled_from([None, *Mode]),
    "cmdline": TEXTS,
    "argv": TEXTS,
    "features": TEXTS,
    "traits": TEXTS,
    "address": st.none() | st.builds(Address, TEXT, TEXT, TEXT, NUMBER),
    "ancestors": st.lists(st.builds(Ancestor, NUMBER, TEXT), max_size=3).map(tuple),
}
"""What `any_event` cannot tell from a field's type."""


def _field(name: str, kind: object) -> st.SearchStrategy[object]:
    return FIELDS[name] if name in FIELDS else {int: NUMBER, str: TEXT}[kind]


EVENTS = st.builds(
    Event,
    type=st.sampled_from(FrameType),
    seq=UNSIGNED,
    time_ns=UNSIGNED,
    **{
        name: st.just(field.default) | _field(name, field.type)
        for name, field in Event.__dataclass_fields__.items()
        if name not in ("type", "seq", "time_ns")
    },
)


def segment(*batches: list[Event], number: int = 1, previous: bytes = bytes(32)) -> bytes:
    """A whole segment; each batch is a frame."""
    writer = SegmentWriter(Header("web", number, 1_764_000_000_000_000_000, previous))
    return writer.head + b"".join(writer.frames(batch) for batch in batches)
