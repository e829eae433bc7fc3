"""What a policy would have done with what is recorded."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outrider.model.behaviour import Seen
from outrider.model.event import Address, Event, FrameType, Kind, Verdict
from outrider.policy import replay as module
from outrider.policy.document import PolicyDocument, parse
from outrider.policy.lowering import lower
from outrider.policy.matching import Act, decide
from outrider.policy.replay import Replay

DOCUMENT = """
version: 1
workload: shop
counter: 1
containers:
  web:
    mode: MODE
    defaults: {exec: block, connect: block, bind: block, write: alert, syscall: allow}
    rules:
    - {kind: exec, action: allow, program: /app, target: /bin/date, why: dates}
    - {kind: connect, action: allow, address: 10.0.0.0/8, port: 5432, protocol: tcp, why: the database}
"""


def document(mode: str = "block") -> PolicyDocument:
    return parse(DOCUMENT.replace("MODE", mode), "the policy")


def event(seq: int, kind: Kind = Kind.EXEC, verdict: Verdict = Verdict.ALERT, **more: Any) -> Event:
    known: dict[str, Any] = {"program": "/app", "container": "web", "instance": "aa", "target": "/bin/sh"}
    return Event(
        type=FrameType.EVENT, seq=seq, time_ns=seq * 1_000, kind=kind, verdict=verdict, **(known | more)
    )


def repeat(seq: int, of: int, count: int) -> Event:
    return Event(
        type=FrameType.REPEAT,
        seq=seq,
        time_ns=seq * 1_000,
        container="web",
        instance="aa",
        ref_seq=of,
        count=count,
    )


def replayed(*events: Event, mode: str = "block") -> Replay:
    replay = Replay(document(mode))
    for one in events:
        replay.take(one)
    return replay


def test_what_would_be_stopped_is_told_with_its_rule_and_how_often() -> None:
    replay = replayed(
        event(1), event(2, target="/bin/date"), repeat(3, 1, 7), event(4, target="/bin/id"), event(5)
    )
    told = [(one.target, one.rule, seen.count, seen.last_ns) for one, seen in replay.stopped()]
    assert told == [("/bin/sh", 0, 9, 5_000), ("/bin/id", 0, 1, 4_000)]
    assert replay.verdicts == {Verdict.BLOCK: 10, Verdict.ALLOW: 1} and replay.unchanged == 1


def test_a_policy_in_alert_mode_is_asked_what_it_would_stop() -> None:
    assert replayed(event(1), mode="alert").stopped() == replayed(event(1)).stopped()


def test_what_was_stopped_and_would_not_be_is_told_too() -> None:
    released = replayed(event(1, verdict=Verdict.BLOCK, target="/bin/date")).released()
    assert [(one.target, one.rule) for one, _ in released] == [("/bin/date", 1)]
    assert replayed(event(1, verdict=Verdict.BLOCK)).differing == {}


def test_what_would_be_reported_is_no_news_where_it_was_reported() -> None:
    silent, loud = (
        event(n, Kind.WRITE, verdict) for n, verdict in enumerate((Verdict.ALLOW, Verdict.ALERT), 1)
    )
    assert len(replayed(silent, loud).reported()) == 1


def test_addresses_are_matched_and_said() -> None:
    inside = Address("inet", "tcp", "10.1.2.3", 5432)
    outside = Address("inet6", "tcp", "2001:db8::1", 443)
    known = event(2, Kind.CONNECT, target="", address=outside, name="example.com")
    replay = replayed(event(1, Kind.CONNECT, target="", address=inside), known)
    assert [one.target for one, _ in replay.stopped()] == ["example.com (tcp [2001:db8::1]:443)"]


def test_a_sockets_path_may_stand_as_the_target() -> None:
    replay = replayed(event(1, Kind.CONNECT, target="/run/app.sock"), event(2, Kind.CONNECT, target="odd"))
    assert [one.target for one, _ in replay.stopped()] == ["/run/app.sock"] and replay.undecided == 1


def test_what_cannot_be_decided_is_counted() -> None:
    odd = event(1, Kind.CONNECT, address=Address("inet", "tcp", "nowhere", 1))
    replay = replayed(odd, event(2, container="cache"), repeat(3, 99, 4))
    assert (replay.undecided, dict(replay.elsewhere), replay.differing) == (5, {"cache": 1}, {})


def test_frames_that_are_no_acts_are_nothing() -> None:
    replay = replayed(Event(type=FrameType.COUNTERS, seq=1, time_ns=1), event(2, kind=None))  # type: ignore[arg-type]
    assert not replay.verdicts


def test_a_functions_acts_count_as_often_as_they_were_seen() -> None:
    replay = Replay(document())
    replay.take(replace(event(0), instance=""), Seen(40, 1, 9))
    assert [(seen.count, seen.first_ns) for _, seen in replay.stopped()] == [(40, 1)]


def test_more_than_anybody_reads_is_counted(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MOST_TOLD", 3)
    monkeypatch.setattr(module, "MOST_KNOWN", 3)
    replay = replayed(*(event(n, target=f"/bin/{n}") for n in range(1, 11)), repeat(20, 1, 1))
    assert (len(replay.stopped()), replay.untold, replay.undecided) == (3, 7, 1)


def test_arguments_are_decided_as_far_as_they_are_recorded() -> None:
    """What was cut, and a script's interpreter, whose own words nobody recorded: as in doubt."""
    rules = """[
    {kind: exec, action: block, target: /bin/sh, arguments: [-c, '**'], why: x},
    {kind: exec, action: allow, target: /bin/sh, why: x},
    {kind: exec, action: allow, target: /run, arguments: [a], why: x}]"""
    replay = Replay(
        parse(f"version: 1\nworkload: w\ncounter: 1\ncontainers:\n  web: {{mode: alert, rules: {rules}}}")
    )
    for seq, target, argv in (
        (1, "/bin/sh", ("sh", "/entry.sh")),
        (2, "/bin/sh", ("sh", "-c", "id")),
        (3, "/bin/sh", ("sh", *["-x"] * 63)),
        (4, "/bin/sh", ("sh", "-c", "x" * 2000)),
        (5, "/run", ("run", "a")),
        (6, "/bin/sh", ("run", "a")),
        (7, "/run", ("run", "b")),
        (8, "/bin/sh", ()),
    ):
        replay.take(event(seq, target=target, argv=argv, pid=9))
    found = {(one.target, one.rule): seen.count for one, seen in replay.stopped()}
    assert found == {("/bin/sh", 1): 4, ("/run", 0): 1}


_TARGETS = st.sampled_from(["/bin/date", "/bin/sh", "/app", ""])
_ACTS = st.tuples(
    st.sampled_from([Kind.EXEC, Kind.WRITE, Kind.SYSCALL]),
    st.sampled_from(["/app", "/other"]),
    _TARGETS,
    st.sampled_from(list(Verdict)),
)


@given(st.lists(_ACTS, max_size=30), st.randoms(use_true_random=False))
def test_it_says_what_the_reference_says_in_any_order(acts: list[Any], random: Any) -> None:
    events = [
        event(n, kind, verdict, program=program, target=target)
        for n, (kind, program, target, verdict) in enumerate(acts, 1)
    ]
    shuffled = list(events)
    random.shuffle(shuffled)
    one, other = replayed(*events), replayed(*shuffled)
    assert (one.differing, one.verdicts, one.unchanged) == (other.differing, other.verdicts, other.unchanged)
    policy = lower(document(), "web")
    for found in one.differing:
        act = Act(found.kind, found.program, found.target)
        assert decide(policy, act).verdict is found.now is not found.before
    assert sum(one.verdicts.values()) == len(events)


def test_lookups_of_a_task_are_nobodys_to_decide() -> None:
    """The sidecar tells them; the default of resolve would be that of connect, block."""
    lookup = event(0, Kind.RESOLVE, Verdict.ALLOW, program="", instance="", target="api.shop.test")
    replay = replayed(lookup, replace(lookup, container=""))
    assert (replay.stopped(), replay.unchanged, replay.elsewhere, replay.undecided) == ([], 2, {}, 0)
