"""What a benchmark is. One benchmark is one literal in `registry.BENCHMARKS`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.stage import Stage
    from benchmarks.trial import Trial


class Variant(StrEnum):
    """The ways a program is run, to be compared."""

    BARE = "bare"
    ALERT = "alert"
    """Supervised as on the first day: everything is allowed, and everything is reported."""
    BLOCK = "block"
    """Supervised and enforced: what a short list of rules does not allow is stopped."""
    TRACED = "block, by ptrace"
    """As `block`, with the supervisor's second engine."""
    PTRACE = "ptrace"
    """Under programs/ptraced.c: what a supervisor by ptrace would cost at least."""
    DATADOG = "ptrace, Datadog's list"
    """Under programs/ptraced_lists.c: two stops at each call that cws-instrumentation traps."""
    SYSDIG = "ptrace, Sysdig's list"
    """The same at the calls that pdig traps."""
    STRACE = "strace"
    """`strace -f --seccomp-bpf` of calls with a path, of sockets and of execs; where it is installed."""
    AGAIN = "bare again"
    """As `bare`. What it differs by is the noise of the run."""
    POWERTOOLS = "Powertools"
    """As `bare`, and the function imports Powertools for AWS Lambda: what many functions load anyway."""

    OURS = "outrider"
    """The scanner; the others are what people use in its place, where they are on PATH."""
    SYFT = "syft"
    GRYPE = "grype"
    TRIVY = "trivy"


SUPERVISED = (Variant.ALERT, Variant.BLOCK)
SIDE_BY_SIDE = (Variant.BARE, Variant.ALERT, Variant.BLOCK)
WITH_PTRACE = (*SIDE_BY_SIDE, Variant.PTRACE)
RIVALS = (Variant.PTRACE, Variant.DATADOG, Variant.SYSDIG, Variant.STRACE)
WITH_RIVALS = (*SIDE_BY_SIDE, Variant.TRACED, *RIVALS)
WITH_NOISE = (*SIDE_BY_SIDE, Variant.AGAIN)


class Better(StrEnum):
    """Which way is good."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Series:
    """One number that a benchmark measures in every trial."""

    key: str
    """Unique in its benchmark; for calls the word the C program prints."""
    title: str
    unit: str = "us"
    better: Better = Better.LOWER


Rules = Sequence[dict[str, Any]]
"""Rules of a policy document, without `why` and `action`: they are what a benchmark needs."""


def no_rules(_: "Stage") -> Rules:
    """For a benchmark that does nothing a policy asks about."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Something to measure."""

    name: str
    """As in `--only`; the container's name is made of it too."""
    series: tuple[Series, ...]
    once: Callable[["Trial"], Sequence[float]]
    """Measures in a fresh process; one number for each series."""
    rules: Callable[["Stage"], Rules] = no_rules
    """What block mode allows, beside the start of the program itself."""
    variants: tuple[Variant, ...] = SIDE_BY_SIDE
    rounds: int = 7
    quick_rounds: int = 2
    needs: tuple[str, ...] = ()
    """Commands of Debian packages; without one the benchmark is skipped."""
    troubles: frozenset[str] = frozenset()
    """What the supervisor is to report; anything else, or anything stopped, and there is no figure."""
