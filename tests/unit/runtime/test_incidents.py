"""Which events and detections make one incident, in bounded memory, live as over a whole record."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.model.attack import TECHNIQUES
from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Verdict
from outrider.model.incident import Incident, State
from outrider.runtime import incidents as grouping
from outrider.runtime.detectors.registry import DETECTORS as REAL
from outrider.runtime.incident_story import LAST_DEVIATIONS, MOST_BESIDE, MOST_DEVIATIONS
from outrider.runtime.incidents import GAP_NS, Change, Incidents
from runtime.attack_story import DASH, DETECTORS, FETCH, SHELL, attacked, detection, under
from runtime.story import NGINX, SECOND, Story
from runtime.test_wire import EVENTS


def states(changes: list[Change]) -> list[str]:
    return [change.state.value for change in changes]


def closed(eye: Incidents, events: list[Event]) -> list[Incident]:
    changes = [change for event in events for change in eye.take(event)]
    found = [
        change.incident()
        for change in (*changes, *eye.finish())
        if change.state is State.CLOSED and not change.merged_into
    ]
    return sorted(found, key=lambda incident: incident.begin_ns)


def test_one_story_is_one_incident_from_its_first_sign_to_its_end() -> None:
    story, eye, changes = Story(), Incidents(DETECTORS), []
    events = attacked(story)
    for event in story.events:
        found = {events["shell"].seq: SHELL, events["write"].seq: FETCH}.get(event.seq)
        changes += eye.take(event, [detection(found, event)] if found else ())
    assert states(changes) == ["opened", "updated", "updated"]
    assert eye.tick(story.time + GAP_NS) == ()
    (change,) = eye.tick(story.time + GAP_NS + 1)
    told = change.incident()
    assert change.state is State.CLOSED
    assert {one.id for one in changes} == {change.id} == {told.id}
    assert told.begin_ns == events["shell"].time_ns
    assert told.end_ns == events["run"].time_ns
    assert told.seqs == (events["shell"].seq, events["write"].seq, events["run"].seq)
    assert [event.seq for event in told.events] == [event.seq for event in story.events]
    assert [shape.detection.detector for shape in told.detections] == ["shell", "fetch"]
    assert [one.uid for one in told.attack] == ["T1190", "T1059.004", "T1105"]


def test_what_nothing_objects_to_makes_none() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    story.begin()
    story.serve()
    assert [change for event in story.events for change in eye.take(event)] == []
    assert eye.finish() == ()


def test_another_process_tree_is_another_incident() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    story.act(Kind.WRITE, "/a", Verdict.ALERT)
    story.act(
        Kind.WRITE, "/b", Verdict.ALERT, pid=50, program="/usr/sbin/cron", ancestors=(Ancestor(1, NGINX),)
    )
    story.act(Kind.WRITE, "/c", Verdict.ALERT, **under(60, DASH))
    first, second = closed(eye, story.events)
    assert [one.event.target for one in first.deviations] == ["/a", "/c"]
    assert [one.event.target for one in second.deviations] == ["/b"]


def test_workers_of_one_server_are_one_tree() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    for pid in (17, 18):
        story.act(Kind.EXEC, DASH, Verdict.BLOCK, pid=pid)
    (incident,) = closed(eye, story.events)
    assert len(incident.deviations) == 2


def test_a_minute_without_anything_is_the_end() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    story.act(Kind.WRITE, "/a", Verdict.ALERT)
    story.time += 61 * SECOND
    story.act(Kind.WRITE, "/b", Verdict.ALERT)
    first, second = closed(eye, story.events)
    assert first.id != second.id
    assert [event.target for event in second.events] == ["/b"]


def test_two_that_turn_out_to_be_one_become_one() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    story.act(Kind.WRITE, "/a", Verdict.ALERT, pid=50, program="/p", ancestors=(Ancestor(1, NGINX),))
    story.act(Kind.WRITE, "/b", Verdict.ALERT, pid=60, program="/q", ancestors=(Ancestor(1, NGINX),))
    story.act(
        Kind.WRITE,
        "/c",
        Verdict.ALERT,
        pid=70,
        ancestors=(Ancestor(60, "/q"), Ancestor(50, "/p"), Ancestor(1, NGINX)),
    )
    changes = [change for event in story.events for change in eye.take(event)]
    assert states(changes) == ["opened", "opened", "closed", "updated"]
    assert changes[2].merged_into == changes[0].id
    assert changes[2].incident().merged_into == changes[0].id
    (last,) = eye.finish()
    assert [one.event.target for one in last.incident().deviations] == ["/a", "/b", "/c"]
    assert last.id == changes[0].id


def test_a_look_up_that_nobody_is_known_for_belongs_to_what_goes_on() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    story.act(Kind.EXEC, DASH, Verdict.BLOCK)
    story.act(Kind.RESOLVE, "evil.example", Verdict.ALERT, pid=0, ppid=0, program="", ancestors=())
    (incident,) = closed(eye, story.events)
    assert len(incident.deviations) == 2


def test_repeats_are_counted_and_keep_it_open() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    first = story.act(Kind.CONNECT, "", Verdict.BLOCK, address=Address("inet", "tcp", "10.1.1.1", 22))
    for _ in range(3):
        story.time += 50 * SECOND
        story.tell(FrameType.REPEAT, ref_seq=first.seq, count=100)
    (incident,) = closed(eye, story.events)
    assert incident.deviations[0].times == 301
    assert incident.end_ns == story.time
    assert list(eye.take(replace(story.events[-1], seq=99, time_ns=story.time + 2 * GAP_NS))) == []


def test_an_earlier_event_that_a_detector_names_is_evidence() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    wrote = story.act(Kind.WRITE, "/tmp/x", **under(90, CAT := "/bin/cat"))
    story.time += 10 * SECOND
    ran = story.act(Kind.EXEC, "/tmp/x", **under(91, CAT))
    eye.take(wrote)
    eye.take(ran, [detection(SHELL, ran, wrote.seq)])
    (change,) = eye.finish()
    assert change.incident().seqs == (wrote.seq, ran.seq)
    assert wrote in change.incident().events


def test_one_that_never_ends_is_bounded_and_counts() -> None:
    story, eye = Story(), Incidents(DETECTORS)
    total = 5000
    for number in range(total):
        story.act(Kind.WRITE, f"/{number}", Verdict.BLOCK, pid=1000 + number)
        story.act(Kind.WRITE, "/ok", pid=17)
    for event in story.events:
        eye.take(event)
    (change,) = eye.finish()
    told = change.incident()
    kept = MOST_DEVIATIONS + LAST_DEVIATIONS
    assert len(told.deviations) == kept
    assert told.deviations[0].event.target == "/0"
    assert told.deviations[-1].event.target == f"/{total - 1}"
    assert len(told.events) <= kept + MOST_BESIDE
    assert told.left_out == total - kept


def test_open_incidents_are_bounded() -> None:
    eye, changes = Incidents(DETECTORS, most_open=4), []
    for number in range(10):
        story = Story(instance=f"{number:032x}")
        changes += eye.take(story.act(Kind.WRITE, "/a", Verdict.ALERT))
    assert states(changes).count("closed") == 6
    assert len(eye.finish()) == 4


def test_the_past_is_bounded() -> None:
    eye = Incidents(DETECTORS)
    for number in range(grouping.MOST_LIVES + 5):
        eye.take(Story(instance=f"{number:032x}").act(Kind.WRITE, "/a"))
    assert len(eye._lives) == grouping.MOST_LIVES


def test_the_id_is_of_container_life_and_first_event() -> None:
    def id_of(container: str, instance: str, quiet: int) -> str:
        story, eye = Story(container, instance), Incidents(DETECTORS)
        for _ in range(quiet):
            story.act(Kind.WRITE, "/ok")
        story.act(Kind.WRITE, "/a", Verdict.ALERT)
        return closed(eye, story.events)[0].id

    same = [id_of("web", "aa", 1), id_of("web", "aa", 1)]
    others = [id_of("web", "aa", 2), id_of("web", "bb", 1), id_of("api", "aa", 1)]
    assert len({*same, *others}) == 4


def test_techniques_of_all_detectors_have_a_name() -> None:
    """A line in model/attack.py for each that a detector is after."""
    assert all(uid.split(".")[0] in TECHNIQUES for uid in TECHNIQUES)
    assert {uid for one in REAL for uid in one.attack} <= set(TECHNIQUES)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.booleans()), max_size=20))
def test_any_events_and_detections_make_incidents(told: list[tuple[Event, bool]]) -> None:
    eye = Incidents(DETECTORS)
    changes = [
        change
        for event, found in told
        for change in eye.take(
            event, [detection(SHELL, event)] if found and event.type is FrameType.EVENT else ()
        )
    ]
    changes += eye.finish()
    opened = [change.id for change in changes if change.state is State.OPENED]
    assert sorted(opened) == sorted(change.id for change in changes if change.state is State.CLOSED)
    for change in changes:
        incident = change.incident()
        assert 0 <= incident.score <= 100
        for text in (incident.title, incident.narrative, *incident.advice):
            assert text.isprintable()
