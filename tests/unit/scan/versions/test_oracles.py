"""Our comparisons are those of the ecosystems' own programs, over pairs made to tell them apart."""

from pathlib import Path

import pytest

from outrider.errors import InvalidInput
from outrider.scan.versions.registry import SCHEMES
from tests.unit.scan.versions.oracles import ORACLES
from tests.unit.scan.versions.pairs import Pair, pairs

BY_NAME = {scheme.name: scheme for scheme in SCHEMES}

LENIENT = {"semver", "go", "npm"}
"""We take more than they do: `1.2`, leading zeros."""


def ours(name: str, pair: Pair) -> str:
    try:
        return str(BY_NAME[name].compare(*pair))
    except InvalidInput:
        return "x"


def differences(name: str, count: int, scratch: Path) -> list[tuple[Pair, str, str]]:
    """Where we and the oracle do not say the same."""
    asked = pairs(name, count)
    asked = [pair for pair in asked if all(pair) and " " not in pair[0] + pair[1]]
    theirs = ORACLES[name](asked, scratch)
    assert len(theirs) == len(asked)
    told = [(pair, ours(name, pair), answer) for pair, answer in zip(asked, theirs, strict=True)]
    assert sum(answer != "x" for _, _, answer in told) > count // 2, "most pairs must mean something"
    assert len({answer for _, _, answer in told}) > 2, "all answers must occur"
    if name in LENIENT:
        told = [entry for entry in told if entry[2] != "x"]
    differing = [entry for entry in told if entry[1] != entry[2]]
    return [] if name == "maven" and in_circles(differing, count, scratch) else differing


def in_circles(differing: list[tuple[Pair, str, str]], count: int, scratch: Path) -> bool:
    """Maven contradicts itself here and there, and no order can follow it. Then it can be convicted.

    For each pair a third version, a beginning of one of them or a simple one, closes a circle by Maven's own
    answers: a < b, but b < c < a, or b = c < a.
    """
    asked = [
        (pair, third)
        for pair, _, _ in differing
        for version in pair
        for third in (*(version[:end] for end in range(1, len(version))), "0", "1.sp.1")
        if third
    ]
    around = ORACLES["maven"]([side for (a, b), c in asked for side in ((a, c), (c, b))], scratch)
    convicted = set()
    said = {pair: int(answer) for pair, _, answer in differing}
    for place, (pair, _) in enumerate(asked):
        through = {int(around[2 * place]), int(around[2 * place + 1])}
        if through != {-1, 1} and said[pair] != max(through, key=abs):
            convicted.add(pair)
    return {pair for pair, _, _ in differing} == convicted and len(convicted) <= 1 + count // 500


@pytest.mark.parametrize("name", ORACLES)
def test_we_agree(name: str, tmp_path: Path) -> None:
    assert differences(name, 500, tmp_path) == []


@pytest.mark.long
@pytest.mark.timeout(900)  # dpkg compares two versions a process
@pytest.mark.parametrize("name", ORACLES)
def test_we_agree_over_many_pairs(name: str, tmp_path: Path) -> None:
    assert differences(name, 12_000, tmp_path) == []
