"""The README's table of costs is what costs.py works out, and what that counts is what the app deploys."""

import json
from collections import Counter
from pathlib import Path

import pytest

from cdk_app import costs
from outrider.inject.room import SIDECAR_MIB

README = Path("cdk_app/README.md")


def test_the_readme_has_the_table() -> None:
    assert costs.table() in README.read_text(), "run: python -m cdk_app.costs"


def test_every_price_is_of_use_and_says_where_it_was_read() -> None:
    used = {name for load in costs.LOADS.values() for name in load}
    assert used == costs.PRICES.keys()
    assert all(price.dollars > 0 and price.source and price.unit for price in costs.PRICES.values())


def test_what_is_counted_is_what_is_deployed() -> None:
    found: Counter[str] = Counter()
    for path in Path("tests/golden/cdk/all").glob("*.json"):
        found.update(one["Type"] for one in json.loads(path.read_text())["Resources"].values())
    assert found["AWS::CloudWatch::Alarm"] == costs.ALARMS
    assert found["AWS::Lambda::EventSourceMapping"] == costs.QUEUES
    assert costs.LOADS["nothing yet"]["key"] == found["AWS::KMS::Key"]
    assert costs.LOADS["nothing yet"]["dashboard"] == found["AWS::CloudWatch::Dashboard"]


def test_times_are_those_of_the_promises() -> None:
    promises = Path("README.md").read_text()
    for words in (
        f"gzip {costs.FULL_SCAN} s",
        f"{costs.SEEN_SCAN} s (1.4 of processors)",
        f"{costs.FUNCTION_SCAN} s",
        f"{costs.WARM * 1000:.2f} ms more",
    ):
        assert words in promises, words
    assert SIDECAR_MIB / 1024 == costs.SIDECAR_GB


def test_sums_are_sums() -> None:
    load = costs.add({"key": 1}, costs.times(2, {"key": 1, "alarm": 3}))
    assert load == {"key": 3, "alarm": 6}
    assert costs.dollars(load, "KMS") == pytest.approx(3)
    assert costs.dollars(load, "CloudWatch") == pytest.approx(0.6)
    assert costs.seconds("InjectorFunction", 4) == 2
