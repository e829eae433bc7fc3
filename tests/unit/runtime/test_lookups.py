"""Events of lookups: each once, repeats as a count, floods as a number."""

from outrider.model.event import Address, Kind, Verdict
from outrider.runtime.jsonl import from_line, to_line
from outrider.runtime.lookups import MOST_A_SECOND, MOST_REMEMBERED, WINDOW_NS, Lookups
from outrider.runtime.resolutions import Lookup

AT = Address("inet", "udp", "10.0.0.2", 53)
NOON = 1_700_000_000_000_000_000


def test_an_event_says_who_was_asked_for_what() -> None:
    [event] = Lookups("web").take(Lookup("api.shop.test", 28, AT, 0, 2), NOON)
    assert (event.kind, event.verdict, event.target, event.address) == (
        Kind.RESOLVE, Verdict.ALLOW, "api.shop.test", AT,
    )  # fmt: skip
    assert (event.message, event.container, event.count) == ("type=AAAA rcode=0 answers=2", "web", 1)
    assert from_line(to_line(event)) == event


def test_the_unanswered_the_unknown_and_the_root() -> None:
    lookups = Lookups("")
    assert lookups.take(Lookup("x", 1, AT, answered=False), NOON)[0].message == "type=A unanswered"
    assert lookups.take(Lookup("x", 999, AT, 3), NOON)[0].message == "type=TYPE999 rcode=3 answers=0"
    assert lookups.take(Lookup("", 2, AT), NOON)[0].target == "."


def test_repeats_are_counted_and_told_when_the_window_is_over() -> None:
    lookups, same = Lookups("web"), Lookup("a.test", 1, AT)
    assert len(lookups.take(same, NOON)) == 1
    assert [lookups.take(same, NOON + n) for n in range(1, 6)] == [[]] * 5
    assert lookups.due(NOON + WINDOW_NS - 1) == []
    assert [event.count for event in lookups.due(NOON + WINDOW_NS)] == [5]
    assert lookups.take(same, NOON + WINDOW_NS + 1) == []
    assert [event.count for event in lookups.due(NOON + 2 * WINDOW_NS)] == [1]
    assert lookups.due(NOON + 3 * WINDOW_NS) == []
    assert len(lookups.take(same, NOON + 3 * WINDOW_NS)) == 1


def test_a_flood_of_names_is_cut_and_counted() -> None:
    lookups = Lookups("web")
    told = sum(len(lookups.take(Lookup(f"{n}.t.test", 1, AT), NOON)) for n in range(1000))
    assert (told, lookups.untold) == (MOST_A_SECOND, 1000 - MOST_A_SECOND)


def test_memory_is_bounded_and_what_gives_way_is_told() -> None:
    lookups, total = Lookups("web"), 0
    for n in range(2 * MOST_REMEMBERED):
        for _ in range(3):
            total += sum(e.count for e in lookups.take(Lookup(f"{n}", 1, AT), NOON + n * 100_000_000))
    total += sum(event.count for event in lookups.due(NOON + 10 * WINDOW_NS + n * 100_000_000))
    assert total == 6 * MOST_REMEMBERED
