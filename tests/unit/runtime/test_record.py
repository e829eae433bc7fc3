"""The flight record: the incident, its tree, its reason; and hostile events do no harm to it."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.model.event import Ancestor, Event, FrameType, Kind, Mode, Verdict
from outrider.runtime import jsonl, words
from outrider.runtime.process_tree import Process, grow
from outrider.runtime.record import build, to_plain
from runtime.story import NGINX, POLICY, PYTHON, SECOND, Story, told
from runtime.test_wire import EVENTS


def test_the_incident_of_the_story() -> None:
    record = build(told().events, {(POLICY, 4): "credentials are for the agent"})
    (incident,) = record.incidents
    first, second = incident.deviations
    assert first.event.target == "/bin/dash"
    assert first.why == f"no rule allows {PYTHON} to run /bin/dash"
    assert (second.times, second.why) == (4, "rule 4: credentials are for the agent")
    assert [event.pid for event in incident.events] == [17, 17, 17, 17, 17, 31, 17]
    assert record.of(record.lives[0]) == record.incidents


def test_the_tree_of_the_incident() -> None:
    (incident,) = build(told().events).incidents
    (root,) = grow(incident.events)
    assert (root.pid, root.programs) == (1, (NGINX,))
    (application,) = root.children
    assert (application.pid, application.programs) == (17, (NGINX, PYTHON))
    (shell,) = application.children
    assert (shell.pid, shell.programs, shell.cmdline) == (31, (PYTHON,), ("python3", "app.py"))
    assert [act.verdict for act in shell.acts] == [Verdict.BLOCK]


def test_a_script_is_told_before_its_interpreter() -> None:
    story = Story()
    for target in ("/app/run.sh", "/bin/dash"):
        story.act(Kind.EXEC, target, pid=40, program="/launcher", argv=("/app/run.sh", "now"))
    story.act(Kind.WRITE, "/x", pid=40, program="/bin/dash")
    (life,) = build(story.events).lives
    (child,) = life.processes[0].children
    assert (child.programs, child.cmdline) == (
        ("/launcher", "/app/run.sh", "/bin/dash"),
        ("/app/run.sh", "now"),
    )


def test_a_rule_without_its_policy_is_told_by_number() -> None:
    (incident,) = build(told().events).incidents
    assert incident.deviations[1].why == "rule 4 of the policy"
    (other,) = build(told().events, {("ff" * 16, 4): "of another policy"}).incidents
    assert other.deviations[1].why == "rule 4 of the policy"


def test_a_refused_policy_gives_no_reasons() -> None:
    story = Story()
    story.tell(FrameType.POLICY, verdict=Verdict.BLOCK, policy_id=POLICY)
    story.act(Kind.WRITE, "/x", Verdict.ALERT, rule=4)
    (incident,) = build(story.events, {(POLICY, 4): "never in force"}).incidents
    assert incident.deviations[0].why == "rule 4 of the policy"


def test_what_is_dropped_and_what_is_missing_is_counted() -> None:
    events = [replace(event, dropped=2) if event.seq == 12 else event for event in told().events]
    (life,) = build(events).lives
    assert (life.events, life.dropped, life.not_recorded) == (14, 2, 0)
    (partial,) = build([event for event in told().events if event.seq in (1, 14)]).lives
    assert (partial.events, partial.dropped, partial.not_recorded) == (2, 0, 12)


def test_events_told_twice_are_told_once() -> None:
    record = build([*told().events, *told().events])
    assert record.told_twice == len(told().events)
    assert record.lives == build(told().events).lives


def test_lives_are_told_apart() -> None:
    again = [replace(event, instance="77" * 16, time_ns=event.time_ns + SECOND) for event in told().events]
    record = build([*again, *told().events])
    assert [life.instance[:2] for life in record.lives] == ["5a", "77"]
    assert [incident.instance[:2] for incident in record.incidents] == ["5a", "77"]
    assert len({incident.id for incident in record.incidents}) == 2


@settings(max_examples=25)
@given(st.permutations(told().events))
def test_the_order_of_events_makes_no_difference(events: list[Event]) -> None:
    assert build(events) == build(told().events)


def test_the_record_as_json() -> None:
    plain = to_plain(build(told().events))
    assert json.loads(json.dumps(plain)) == plain
    assert plain["schema"] == "outrider.record/2"
    life = plain["lives"][0]
    assert life["processes"][0]["children"][0]["pid"] == 17
    assert [jsonl.from_plain(event) for event in life["timeline"]] == told().events
    assert plain["incidents"][0]["deviations"][0]["act"] == "tried to run /bin/dash: blocked"


def depth(process: Process) -> int:
    return 1 + max((depth(child) for child in process.children), default=0)


def count(process: Process) -> int:
    return len(process.acts) + sum(count(child) for child in process.children)


def chain(pid: int, parent: int) -> Event:
    return Event(
        type=FrameType.EVENT,
        seq=pid,
        time_ns=pid,
        kind=Kind.EXEC,
        verdict=Verdict.ALLOW,
        pid=pid,
        ancestors=(Ancestor(parent, "/p"),),
    )


def test_endless_chains_end_and_lose_nothing() -> None:
    down = [chain(pid, pid - 1) for pid in range(2, 3000)]
    up = [chain(pid, pid + 1) for pid in range(2, 3000)]
    for events in (down, up, [*down, *up], [chain(1, 2), chain(2, 1), chain(3, 3)]):
        processes = grow(events)
        assert max(map(depth, processes)) <= 64
        assert sum(map(count, processes)) == len(events)


@settings(max_examples=100)
@given(st.lists(EVENTS, max_size=12))
def test_any_events_make_a_record(events: list[Event]) -> None:
    record = build(events)
    plain = to_plain(record)
    json.dumps(plain).encode()
    told_of = [event for life in record.lives for event in life.timeline]
    assert len(told_of) + record.told_twice == len(events)
    for event in events:
        assert words.describe(event).isprintable()
        assert words.why(event, "a\nreason").isprintable()


def test_control_characters_are_written_out() -> None:
    assert words.shown("a\x1b[2J\n\u202e\U000e0001b") == "a\\x1b[2J\\n\\u202e\\U000e0001b"
    assert words.command_line(("sh", "", "a b")) == "sh '' a b"


def test_events_in_words() -> None:
    said = [words.describe(event) for event in told().events]
    assert said[0] == "supervisor (notify) on 6.18 x86_64, policy 000000000000, counter 0"
    assert said[1] == "starting /usr/sbin/nginx -g daemon off; under policy 000000000000, counter 0"
    assert said[2] == "/outrider/bin/outrider-run[1] ran /usr/sbin/nginx"
    assert said[3] == "/usr/sbin/nginx[1] listened on 0.0.0.0 port 8080 (tcp)"
    assert said[-4] == "the supervisor took policy 9a9a9a9a9a9a, counter 2"
    assert said[-3] == "/usr/bin/python3.11[31] tried to run /bin/dash: blocked"
    assert said[-1].startswith("event 13 happened 3 more times")


def test_what_the_agent_says_is_no_life_of_its_own() -> None:
    lived = [
        Event(
            type=FrameType.START,
            seq=1,
            time_ns=10,
            container="web",
            instance="ab",
            policy_id="cd",
            mode=Mode.BLOCK,
        ),
        Event(type=FrameType.EVENT, seq=2, time_ns=20, container="web", instance="ab"),
    ]
    early, late = (
        Event(type=FrameType.POLICY, seq=0, time_ns=at, container="web", policy_id="ef", message="agent: x")
        for at in (5, 15)
    )
    (life,) = build([early, *lived, late]).lives
    assert (life.instance, life.mode, life.not_recorded) == ("ab", Mode.BLOCK, 0)
