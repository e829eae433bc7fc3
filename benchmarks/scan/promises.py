"""What was promised of the scanner, and what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.benchmark import Variant
from benchmarks.judged import Judged
from benchmarks.scan.scanner import BESIDE

if TYPE_CHECKING:
    from benchmarks.run import Run

MAX_COLD_S, MAX_COLD_MIB = 4.0, 150.0
MAX_UNCHANGED_S = 0.3
MAX_MILLIONS_MIB = 300.0
MAX_FUNCTION_S = 3.0
MAX_MATCH_S, MAX_OPEN_MS = 0.3, 5.0
MIN_SECRETS_MBS = 50.0
_KINDS = ("plain", "gzip", "zstd")


def _median(run: "Run", benchmark: str, series: str, variant: Variant = Variant.OURS) -> float | None:
    result = run.result(benchmark, series)
    return result.spread(variant).median if result and variant in result.values else None


def _cold(run: "Run") -> Judged | None:
    times = {how: _median(run, f"scan-image-{how}", "time") for how in _KINDS}
    held = {how: _median(run, f"scan-image-{how}", "memory") for how in _KINDS}
    used = {how: _median(run, f"scan-image-{how}", "cpu") for how in _KINDS}
    measured = {
        how: (took, held[how] or 0.0, used[how] or 0.0) for how, took in times.items() if took is not None
    }
    if not measured:
        return None
    said = ", ".join(
        f"{how} {took:.1f} s ({cpu:.1f} of processors), {most:.0f} MiB"
        for how, (took, most, cpu) in measured.items()
    )
    return Judged(
        "scan of an image never seen (Debian, Python, Node)",
        f"at most {MAX_COLD_S:.0f} s and {MAX_COLD_MIB:.0f} MiB on 2 cores",
        f"{said}; {_beside(run)}",
        all(took <= MAX_COLD_S and most <= MAX_COLD_MIB for took, most, _ in measured.values()),
        ",".join(f"scan-image-{how}" for how in measured),
    )


def _beside(run: "Run") -> str:
    """How long the others took, or that there are none here."""
    others = [
        f"{rival} {took:.1f} s"
        for rival in BESIDE[1:]
        if (took := _median(run, "scan-image-gzip", "time", rival)) is not None
    ]
    return ", ".join(others) or "alone: neither syft, grype nor trivy is here"


def _unchanged(run: "Run") -> Judged | None:
    took, asked = _median(run, "scan-unchanged", "time"), _median(run, "scan-unchanged", "requests")
    if took is None or asked is None:
        return None
    return Judged(
        "scan of an unchanged image",
        f"one request, at most {MAX_UNCHANGED_S} s",
        f"{asked:.0f} requests, {took:.2f} s",
        asked <= 1 and took <= MAX_UNCHANGED_S,
        "scan-unchanged",
    )


def _changed(run: "Run") -> Judged | None:
    took, layers = _median(run, "scan-changed", "time"), _median(run, "scan-changed", "layers")
    if took is None or layers is None:
        return None
    return Judged(
        "scan of an image with a new top layer",
        "only that layer is fetched",
        f"{layers:.0f} layers, {took:.2f} s",
        layers == 1,
        "scan-changed",
    )


def _most(
    words: str, benchmark: str, series: str, unit: str, most: float
) -> "Callable[[Run], Judged | None]":
    """A promise that one number is not over another."""

    def promise(run: "Run") -> Judged | None:
        found = _median(run, benchmark, series)
        if found is None:
            return None
        return Judged(words, f"at most {most:g} {unit}", f"{found:.2f} {unit}", found <= most, benchmark)

    return promise


def _secrets(run: "Run") -> Judged | None:
    speed = _median(run, "scan-secrets", "speed")
    if speed is None:
        return None
    return Judged(
        "searching text for secrets",
        f"at least {MIN_SECRETS_MBS:.0f} MB/s on one core",
        f"{speed:.0f} MB/s",
        speed >= MIN_SECRETS_MBS,
        "scan-secrets",
    )


PROMISES: "tuple[Callable[[Run], Judged | None], ...]" = (
    _cold,
    _unchanged,
    _changed,
    _most("memory of a scan of 3,000,000 empty files", "scan-millions", "memory", "MiB", MAX_MILLIONS_MIB),
    _most("scan of a function of 250 MB", "scan-function", "time", "s", MAX_FUNCTION_S),
    _most("matching 2,000 packages", "scan-matching", "match", "s", MAX_MATCH_S),
    _most("opening the advisory database", "scan-matching", "open", "ms", MAX_OPEN_MS),
    _secrets,
)
"""Speed and memory of `outrider scan`."""
