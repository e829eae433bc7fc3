"""Trapped calls are taken in the order in which they came: who makes many waits behind who makes few."""

from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, policy

FLOODERS = 8


def measured(
    supervised: Supervised, program: Callable[[str], Path], place: Path, threads: int, calls: int
) -> tuple[int, int, int, int]:
    done = supervised.run(program("fairness"), str(threads), str(calls), place)
    p50, p99, others, most = map(int, done.stdout.split())
    return p50, p99, others, most


def test_a_flood_does_not_starve_others(
    supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    """In calls, not in time: during one call of the victim each of the others is answered twice at the most,
    once for the call that was there before, once for the one in hand."""
    supervised.set_policy(policy("block"))
    _, _, others, most = measured(supervised, program, place, FLOODERS, 200)
    assert most > 0, "there was no flood"
    assert others <= 2 * FLOODERS


@pytest.mark.long
def test_what_a_flood_costs_others(
    supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    supervised.set_policy(policy("block"))
    for threads in (0, FLOODERS):
        p50, p99, others, most = measured(supervised, program, place, threads, 1000)
        print(f"{threads} flood: median {p50} µs, p99 {p99} µs; of others meanwhile {others}, at most {most}")
