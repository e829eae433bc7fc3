"""What bad days of the scan function found, each by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_aws import ATTEMPTS, Killed, Sky, refused
from scan_world import PRICING, TOOLS, Goods, World, changed, goods


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Goods:
    return goods(tmp_path_factory.mktemp("goods"))


@pytest.fixture
def world(shipped: Goods, tmp_path: Path) -> Iterator[World]:
    made = World(shipped, Sky(0, rate=0.0), tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        made.install(patch)
        yield made


def fails(world: World, operation: str, times: int, how: Callable[[], BaseException]) -> None:
    """The next calls of an operation come to nothing."""
    calm, left = world.sky.call, [times]

    def call(name: str, do: Callable[[], Any]) -> Any:
        if name == operation and left[0]:
            left[0] -= 1
            raise how()
        return calm(name, do)

    world.sky.call = call  # type: ignore[method-assign]


def throttled() -> BaseException:
    return refused("ThrottlingException", "Any")


def summaries(world: World) -> list[dict[str, Any]]:
    return [one["detail"] for one in world.bus.heard if one["topic"] == "scan"]


def test_a_database_that_cannot_be_read_for_the_moment_is_not_one_that_is_not_there(world: World) -> None:
    """Else all vulnerabilities of a place would be told as gone."""
    fails(world, "get_object", 1, throttled)
    world.tag(PRICING, "1", world.goods.older)
    world.invoke()
    assert summaries(world) == [] and len(world.queue) == 1
    world.invoke()
    assert [one["database"] != "" for one in summaries(world)] == [True]
    assert any(one["detail"].get("family") == "vulnerability" for one in world.bus.heard)


def test_settings_of_a_function_that_cannot_be_asked_for_the_moment_are_asked_again(world: World) -> None:
    fails(world, "get_function_concurrency", 1, throttled)
    world.send(changed("prices"))
    world.invoke()
    assert summaries(world) == [] and len(world.queue) == 1
    world.invoke()
    assert all("concurrency" not in one["subject"] for found in summaries(world) for one in found["failed"])


def test_settings_that_are_not_permitted_are_told_as_such(world: World) -> None:
    fails(world, "get_function_concurrency", 1, lambda: refused("AccessDeniedException", "Any", 403))
    world.send(changed("prices"))
    world.invoke()
    assert [one["subject"] for found in summaries(world) for one in found["failed"]] == ["concurrency"]


def test_an_event_that_comes_after_its_tag_moved_on_changes_nothing(world: World) -> None:
    world.tag(PRICING, "1", world.goods.older)
    late = world.queue.pop()
    world.tag(PRICING, "1", world.goods.newer)
    world.invoke()
    told = world.told()
    world.queue.append(late)
    world.invoke()
    assert world.told() == told and world.queue == []
    assert any("no longer there" in words for words in world.said[""])


def test_images_of_an_index_are_scanned_under_its_tag(world: World) -> None:
    world.tag(TOOLS, "2", world.goods.index)
    while world.queue:
        world.invoke()
    assert [place.rpartition(" ")[2] for place in sorted(world.told())] == ["linux/amd64", "linux/arm64"]


def test_downloads_that_break_off_do_not_make_a_layer_one_that_never_ends(world: World) -> None:
    fails(world, "get_download_url_for_layer", 5 * ATTEMPTS, throttled)
    world.tag(PRICING, "1", world.goods.older)
    while world.queue:
        world.invoke()
    (found,) = summaries(world)
    assert not any("never came to its end" in one["error"] for one in found["failed"])
    assert not any(len(key) == 3 and key[2].startswith("part#") for key in world.dynamo.items)


def test_what_was_begun_to_be_told_is_taken_back_by_what_is_told_next(world: World) -> None:
    """The sandbox ends after the bus took the findings, and before anybody has noted that."""
    calm = world.sky.call

    def call(name: str, do: Callable[[], Any]) -> Any:
        found = calm(name, do)
        if name == "put_events":
            raise Killed
        return found

    world.sky.call = call  # type: ignore[method-assign]
    world.tag(PRICING, "1", world.goods.older)
    world.invoke()
    assert world.findings()["shop/pricing:1"]
    world.sky.call = calm  # type: ignore[method-assign]
    world.tag(PRICING, "1", world.goods.newer)
    while world.queue:
        world.invoke()
    assert world.findings()["shop/pricing:1"] == newest(world)


def test_a_tag_that_goes_back_is_told_anew(world: World) -> None:
    """Under other ids: whoever takes each id once would miss it."""
    heard = []
    for digest in (world.goods.older, world.goods.newer, world.goods.older):
        world.tag(PRICING, "1", digest)
        world.invoke()
        heard.append(world.findings()["shop/pricing:1"])
    assert heard[0] == heard[2] != heard[1]


def newest(world: World) -> set[str]:
    """Findings of the newer image, as a place hears of them that never had another."""
    world.tag("shop/fresh", "1", world.goods.newer)
    world.invoke()
    return world.findings()["shop/fresh:1"]
