"""A program that the image's list lacks.

What the supervisor says of it is supposed here: the comparing itself is tried in tests/native.
"""

from dataclasses import replace

from detections.case import Case
from detections.stand_ins import copies_of_true
from outrider.model.event import Event


def _stranger(event: Event) -> Event:
    """As with a list that has all of Debian's programs."""
    return replace(event, traits=(*event.traits, "not-of-image")) if event.target.endswith("/xmr") else event


ATTACKS = (
    Case(
        name="a program with another hash",
        run=("sh", "-c", "{place}/xmr; true"),
        prepare=copies_of_true("xmr"),
        supposed=_stranger,
        fires=("program-not-of-image",),
    ),
)

LOOK_ALIKES = (
    Case(
        name="programs of the image, by other names and places",
        run=("sh", "-c", "{place}/of-image; true; cat /dev/null"),
        prepare=copies_of_true("of-image"),
        supposed=_stranger,
        silent=("program-not-of-image",),
    ),
)
