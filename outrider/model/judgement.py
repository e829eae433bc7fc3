"""What a person said of an entry of a behaviour model."""

from dataclasses import dataclass

MOST_WORDS = 500
"""Characters of a name or a reason: a sentence, not a document."""


@dataclass(frozen=True, slots=True, order=True)
class Judgement:
    """Struck out or kept, by whom and why. Of two the later stands; at the same moment, the one that strikes.

    So a union of judgements is the largest of them: commutative, associative, idempotent. An entry that was
    struck stays in the model: learned again, it is still struck.
    """

    at_ns: int
    struck: bool
    """True: it is no behaviour of this workload. False: it is, though a detector flagged it or it was
    struck."""
    who: str
    why: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "who", self.who[:MOST_WORDS])
        object.__setattr__(self, "why", self.why[:MOST_WORDS])

    @property
    def word(self) -> str:
        """`struck out` or `kept`."""
        return "struck out" if self.struck else "kept"


def later(one: Judgement | None, other: Judgement | None) -> Judgement | None:
    """The one that stands."""
    if one is None or other is None:
        return one or other
    return max(one, other)
