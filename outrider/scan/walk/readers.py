"""Who else looks at files besides the extractors: the search for secrets, and the facts of programs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from outrider.model.finding import Secret
from outrider.scan.inventory.extractor import Found


class ProgramFacts(Protocol):
    """What a program's bytes tell."""

    @property
    def format(self) -> str:
        """`elf`, `script` or empty."""

    @property
    def interpreter(self) -> str:
        """PT_INTERP, or the path after `#!`."""

    @property
    def needs(self) -> tuple[str, ...]:
        """DT_NEEDED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The functions, so that a walk can be made without them."""

    secret_wanted: Callable[[str, int, bytes], bool]
    """Whether a file is to be searched: its path, its size, its first bytes (at most `look.HEAD`)."""
    secrets: Callable[[str, Iterable[bytes]], tuple[Secret, ...]]
    """Search a file that comes in pieces."""
    facts: Callable[[bytes], ProgramFacts]
    """Facts of a program from its bytes, or its first ones. Raises InvalidInput."""
    large: Callable[[str, Iterable[bytes]], Found]
    """Look at an ELF file over `limits.PROGRAM_WHOLE` that comes in pieces. Raises InvalidInput."""
    version: int = 1
    """Raised whenever one of them answers differently."""
