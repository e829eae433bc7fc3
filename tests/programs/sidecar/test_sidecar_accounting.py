"""received + dropped = last seq, for every life of a container."""

from hypothesis import given
from hypothesis import strategies as st

from outrider.model.event import Event, FrameType
from outrider.runtime.jsonl import from_line, to_line
from sidecar.accounting import MAX_INSTANCES, Accounts

ONE, TWO = "1" * 32, "2" * 32


def frame(seq: int, dropped: int = 0, instance: str = ONE) -> Event:
    return Event(type=FrameType.EVENT, seq=seq, time_ns=0, dropped=dropped, instance=instance)


def tally(accounts: Accounts, instance: str = ONE):
    return dict(accounts)[instance]


def test_holes_are_dropped_frames() -> None:
    accounts = Accounts()
    for event in (frame(1), frame(2), frame(5, dropped=2), frame(6, dropped=2)):
        accounts.take(event)
    found = tally(accounts)
    assert (found.received, found.dropped, found.missing, found.last_seq) == (4, 2, 2, 6)
    assert found.unaccounted == 0


def test_a_hole_nobody_owns_up_to_is_seen() -> None:
    accounts = Accounts()
    for event in (frame(1), frame(5, dropped=1)):
        accounts.take(event)
    assert tally(accounts).unaccounted == 2


def test_hello_brings_drops_but_is_no_frame() -> None:
    accounts = Accounts()
    accounts.take(Event(type=FrameType.HELLO, seq=0, time_ns=0, dropped=7, instance=ONE))
    assert accounts.knows(ONE)
    assert (tally(accounts).received, tally(accounts).dropped) == (0, 7)


def test_resent_frames_are_not_new() -> None:
    accounts = Accounts()
    for seq in (1, 2, 3):
        accounts.take(frame(seq))
    events = [frame(2), frame(3), frame(4), frame(4), frame(6), frame(5), frame(1, instance=TWO)]
    assert [e.seq for e in accounts.unrecorded(events)] == [4, 6, 1]


def test_lines_tell_what_changed_and_restore_it() -> None:
    accounts = Accounts()
    for event in (frame(1), frame(4, dropped=2), frame(1, instance=TWO)):
        accounts.take(event)
    lines = [from_line(to_line(line)) for line in accounts.lines("web", 1, all_of_them=False)]
    assert [line.message for line in lines] == [
        "agent: received=2 dropped=2 missing=2 last_seq=4 unaccounted=0",
        "agent: received=1 dropped=0 missing=0 last_seq=1 unaccounted=0",
    ]
    assert accounts.lines("web", 2, all_of_them=False) == []
    assert len(accounts.lines("web", 2, all_of_them=True)) == 2
    restored = Accounts()
    for line in lines:
        restored.restore(line)
    assert list(restored) == list(accounts)


def test_a_hello_alone_is_told_once_too() -> None:
    accounts = Accounts()
    accounts.take(Event(type=FrameType.HELLO, seq=0, time_ns=0, instance=ONE))
    assert accounts.lines("web", 1, all_of_them=False) == []


def test_agents_own_lines_and_counters_of_the_supervisor_are_not_accounts() -> None:
    accounts = Accounts()
    accounts.restore(Event(type=FrameType.TROUBLE, seq=0, time_ns=0, message="agent: x"))
    text = "received=9 dropped=0 missing=0 last_seq=9"
    accounts.restore(Event(type=FrameType.COUNTERS, seq=3, time_ns=0, instance=ONE, message=text))
    assert (tally(accounts).received, tally(accounts).last_seq) == (1, 3)


def test_instances_are_bounded() -> None:
    accounts = Accounts()
    for number in range(1000):
        accounts.take(frame(1, instance=f"{number:032x}"))
    assert len(list(accounts)) == MAX_INSTANCES
    assert accounts.knows(f"{999:032x}")


@given(st.lists(st.booleans(), max_size=60), st.lists(st.integers(0, 60), max_size=4))
def test_the_sum_holds_for_any_drops_and_any_reconnects(kept: list[bool], cuts: list[int]) -> None:
    """A supervisor numbers all, drops some; each connection brings everything again and breaks somewhere."""
    stream, dropped = [], 0
    for seq, keep in enumerate(kept, start=1):
        if keep:
            stream.append(frame(seq, dropped))
        else:
            dropped += 1
    accounts = Accounts()
    for cut in [*cuts, len(stream)]:
        for event in accounts.unrecorded(stream[:cut]):
            accounts.take(event)
    if stream:
        found = tally(accounts)
        assert found.received == len(stream)
        assert found.received + found.dropped == found.last_seq == stream[-1].seq
        assert found.unaccounted == 0
