"""A promise, once it was measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judged:
    """One promise, measured."""

    words: str
    figure: str
    measured: str
    kept: bool
    command: str
    """What to give to `--only` to measure it again."""
