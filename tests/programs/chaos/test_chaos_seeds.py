"""Two hundred bad days of the scan function, in this process: nothing is lost, told twice or left
half-written, and in the end everything is as on a good day.
"""

import json
from pathlib import Path

import pytest
from fake_aws import Sky
from scan_world import PRICING, STAGING, TOOLS, Goods, World, changed, goods

QUICK, ALL, GROUP = 5, 200, 25
"""Seeds of `make test`, of `make test-whole`, and of one test there."""
MOST = 600
"""Invocations of one day: with more of them something goes round in circles."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Goods:
    return goods(tmp_path_factory.mktemp("goods"))


@pytest.fixture(scope="module")
def good_day(shipped: Goods, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(shipped, Sky(0, rate=0.0), tmp_path_factory.mktemp("good"))
    with pytest.MonkeyPatch.context() as patch:
        live(world, patch)
    return world


def live(world: World, patch: pytest.MonkeyPatch) -> None:
    """A day: everything is shipped, and while it is scanned one tag moves on."""
    world.install(patch)
    world.tag(PRICING, "1", world.goods.older)
    world.tag(STAGING, "1", world.goods.newer)
    world.tag(TOOLS, "2", world.goods.index)
    world.send(changed("prices"))
    shipped = [one.body for one in world.queue]
    moves = world.sky.dice.randrange(8) if world.sky.rate else 8
    while world.queue or world.invocations <= moves:
        assert world.invocations < MOST, "it goes round in circles"
        if world.invocations == moves:
            world.tag(PRICING, "1", world.goods.newer)
        if world.sky.rate and world.sky.dice.random() < 0.2:
            world.send(world.sky.dice.choice(shipped))
        world.invoke()
        whole(world)


def whole(world: World) -> None:
    """Whatever is named is there, and who was told heard it."""
    reports = {one["detail"]["report"] for one in world.bus.heard if one["topic"] == "scan"}
    for (table, *_), item in world.dynamo.items.items():
        named = [item.get(name, {"S": ""})["S"] for name in ("report", "told") if table == "scans"]
        names = [name for name in named if name]
        if item.get("status") == {"S": "COMPLETED"}:
            names.append(json.loads(item["data"]["S"])["told"])
        assert all(name in world.s3.objects for name in names)
    for place, name in world.told().items():
        assert name.replace(".told", "") in reports, place


def as_good(world: World, good: World) -> None:
    """All is as on a good day."""
    assert world.told() == good.told()
    assert world.findings() == good.findings()
    ours, theirs = world.documents(), good.documents()
    assert {key for key, data in ours.items() if data != theirs.get(key)} == set()
    assert set(world.contents().values()) == {1}, "two contents under one id"


def bad_day(seed: int, good: World, folder: Path) -> World:
    world = World(good.goods, Sky(seed), folder)
    with pytest.MonkeyPatch.context() as patch:
        live(world, patch)
    assert not world.dead, [world.said[one.id] for one in world.dead]
    as_good(world, good)
    return world


def worse_day(seed: int, good: World, folder: Path) -> World:
    """Faults are so many that messages are put aside: each with a reason, and none is lost."""
    world = World(good.goods, Sky(seed, rate=0.6), folder, receives=3)
    with pytest.MonkeyPatch.context() as patch:
        live(world, patch)
        assert all(world.said.get(one.id) for one in world.dead)
        world.sky.rate, world.queue, world.dead = 0.0, world.dead, []
        while world.queue:
            world.invoke()
            whole(world)
    as_good(world, good)
    return world


def test_a_good_day_is_worth_comparing_with(good_day: World) -> None:
    assert {place.split(" ", 2)[-1] for place in good_day.told()} >= {
        "shop/pricing:1",
        "shop/tools:2 linux/arm64",
    }
    assert len(good_day.findings()["prices"]) > 1
    told = [one["detail"] for one in good_day.bus.heard]
    assert {"vulnerability", "secret", "check"} <= {one.get("family") for one in told}
    failed = {outcome["subject"] for one in told for outcome in one.get("failed", ())}
    assert failed == {"1 package of Debian:12"}, "the demo's advisory is of PyPI alone"


@pytest.mark.parametrize("seed", range(QUICK))
def test_a_bad_day_ends_like_a_good_one(seed: int, good_day: World, tmp_path: Path) -> None:
    bad_day(seed, good_day, tmp_path)


@pytest.mark.parametrize("seed", range(QUICK))
def test_what_is_put_aside_has_a_reason_and_is_done_when_it_is_sent_again(
    seed: int, good_day: World, tmp_path: Path
) -> None:
    worse_day(seed, good_day, tmp_path)


@pytest.mark.whole
@pytest.mark.parametrize("start", range(QUICK, ALL, GROUP))
def test_two_hundred_bad_days(start: int, good_day: World, tmp_path: Path) -> None:
    met = set[str]()
    for seed in range(start, min(start + GROUP, ALL)):
        met |= bad_day(seed, good_day, tmp_path / str(seed)).sky.met
        if seed % 4 == 0:
            met |= worse_day(seed, good_day, tmp_path / f"worse-{seed}").sky.met
    assert {"killed", "given up", "throttled", "failed", "cut before", "cut after", "slow"} <= met
