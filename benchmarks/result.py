"""What was measured, and what it says: medians over the rounds, and comparisons within each round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.benchmark import Benchmark, Better, Series, Variant


def times(ratio: float) -> str:
    """Write a ratio: `1.24` and the multiplication sign."""
    return f"{ratio:.2f} \N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and how far the rounds were apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(median(values), min(values), max(values))

    def to_plain(self) -> dict[str, float]:
        """As JSON values."""
        return {"median": self.median, "min": self.low, "max": self.high}


@dataclass(frozen=True, slots=True)
class Result:
    """One series of one benchmark."""

    benchmark: str
    series: Series
    values: dict[Variant, tuple[float, ...]]
    """One a round, the rounds in the same order everywhere."""

    @property
    def title(self) -> str:
        """As tables show it."""
        return self.series.title

    def spread(self, variant: Variant) -> Spread:
        """The values themselves, in the series' unit."""
        return Spread.of(self.values[variant])

    def ratio(self, variant: Variant) -> Spread:
        """Against bare in the same round: the time it takes, or the throughput it reaches; 1 is as bare.

        Neighbours in time are compared, so what changes slowly on the machine cancels out.
        """
        bare = self.values[Variant.BARE]
        return Spread.of([there / here for there, here in zip(self.values[variant], bare, strict=True)])

    def speed(self, variant: Variant) -> Spread:
        """How fast, against bare in the same round; 1 is as fast, less is slower, whatever the unit."""
        ratio = self.ratio(variant)
        if self.series.better is Better.HIGHER:
            return ratio
        return Spread(1 / ratio.median, 1 / ratio.high, 1 / ratio.low)

    def added(self, variant: Variant) -> Spread:
        """What there is more than bare in the same round, in the series' unit."""
        bare = self.values[Variant.BARE]
        return Spread.of([there - here for there, here in zip(self.values[variant], bare, strict=True)])

    def compared(self) -> tuple[Variant, ...]:
        """The variants that stand beside bare."""
        others = tuple(variant for variant in self.values if variant is not Variant.BARE)
        return others if Variant.BARE in self.values else ()

    def to_plain(self) -> dict[str, Any]:
        """As JSON values: all raw numbers, and what was made of them."""
        variants: dict[str, dict[str, Any]] = {}
        for variant, values in self.values.items():
            variants[variant.value] = {"values": list(values), **self.spread(variant).to_plain()}
        for variant in self.compared():
            variants[variant.value]["ratio"] = self.ratio(variant).to_plain()
            variants[variant.value]["added"] = self.added(variant).to_plain()
        return {
            "benchmark": self.benchmark,
            "series": self.series.key,
            "title": self.title,
            "unit": self.series.unit,
            "better": self.series.better.value,
            "variants": variants,
        }


def results_of(benchmark: Benchmark, trials: dict[Variant, list[Sequence[float]]]) -> tuple[Result, ...]:
    """Turn what the trials measured, each a number a series, into one result a series."""
    return tuple(
        Result(
            benchmark.name,
            series,
            {variant: tuple(numbers[place] for numbers in trials[variant]) for variant in benchmark.variants},
        )
        for place, series in enumerate(benchmark.series)
    )
