"""What an incident says: score, sentences, advice. Facts only, and hostile names do no harm."""

import json

import pytest

from outrider.model.event import Address, Ancestor, Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.model.incident import Incident
from outrider.policy.document import parse
from outrider.runtime import incident_score
from outrider.runtime.blast import is_outside, leaves_the_task, touches_credentials
from outrider.runtime.incident_advice import rule_of
from outrider.runtime.incidents import Incidents
from runtime.attack_story import DASH, DETECTORS, FETCH, SAME, SHELL, attacked, detection, under
from runtime.story import Story


def told(story: Story, *found: tuple[Event, object], **fields: object) -> Incident:
    eye = Incidents(DETECTORS)
    for event in story.events:
        eye.take(event, [detection(one, event, **fields) for at, one in found if at is event])  # type: ignore[arg-type]
    (change,) = eye.finish()
    return change.incident()


def test_the_story_in_sentences() -> None:
    story = Story()
    events = attacked(story)
    assert told(story, (events["shell"], SHELL)).narrative == (
        "python3.11, under nginx, ran /usr/bin/dash, which ran /usr/bin/curl, which connected to 203.0.113.9 "
        "port 80 (tcp) and changed /tmp/x. dash tried to run /tmp/x. Stopped: the run of /tmp/x. The record "
        "has no connection of its processes to the outside after that. Recognised: shell was seen."
    )


def test_nothing_is_said_of_what_is_not_known() -> None:
    story = Story()
    attacked(story)
    lost = story.act(Kind.WRITE, "/later", dropped=9, **under(43, DASH, (41, DASH)))
    assert "Events were lost after that" in told(story).narrative
    story.events.remove(lost)
    story.act(Kind.CONNECT, address=Address("inet6", "tcp", "2001:db8::1", 443), **under(41, DASH))
    assert "After that its processes still connected to the outside." in told(story).narrative


def test_what_goes_on_after_a_stop_is_said() -> None:
    story = Story()
    events = attacked(story)
    story.act(Kind.CONNECT, address=Address("inet", "tcp", "203.0.113.9", 443), **under(41, DASH))
    incident = told(story, (events["shell"], SHELL))
    assert "After that its processes still connected to the outside." in incident.narrative


def test_what_was_let_through_is_not_called_stopped() -> None:
    story = Story()
    attacked(story, stopped=False)
    incident = told(story)
    assert incident.narrative.endswith("ran /usr/bin/dash, which ran /tmp/x. Nothing of it was stopped.")
    assert not incident.stopped


def test_a_session_that_the_application_did_not_start_is_told_so() -> None:
    story = Story()
    story.act(
        Kind.EXEC, DASH, Verdict.ALERT, traits=("foreign",), pid=90, ppid=0, program="/agent", ancestors=()
    )
    assert told(story).narrative.startswith("agent, which the application did not start, ran /usr/bin/dash.")


def test_the_same_over_and_over_is_said_once() -> None:
    story = Story()
    for number in range(40):
        story.act(Kind.CONNECT, "", Verdict.BLOCK, address=Address("inet", "tcp", f"10.0.0.{number}", 22))
    assert told(story).narrative.startswith(
        "python3.11, under nginx, tried to connect to 10.0.0.0 port 22 (tcp) and 39 more. Stopped: the "
        "connection to 10.0.0.0 port 22 (tcp), the connection to 10.0.0.1 port 22 (tcp)"
    )
    for number in range(40):
        story.act(Kind.EXEC, f"/{number}", Verdict.BLOCK)
    assert "The timeline has" in told(story).narrative


@pytest.mark.parametrize(
    "name",
    ["/x/a. Nothing was stopped. b", "/x/\x1b[2J\n\u202e", '/x/"q" and', "/" + "y" * 5000, "/x/<script>"],
)
def test_hostile_names_cannot_pass_for_words_of_ours(name: str) -> None:
    story = Story()
    story.act(Kind.EXEC, name, Verdict.BLOCK, program=name, ancestors=(Ancestor(1, name),))
    incident = told(story)
    assert incident.narrative.isprintable()
    assert len(incident.narrative) < 600
    assert incident.narrative.count('"') % 2 == 0
    assert f"run {name}" not in incident.narrative
    for line in (incident.title, *incident.advice):
        assert line.isprintable()


def test_the_score_is_the_sum_of_its_reasons() -> None:
    story = Story()
    events = attacked(story)
    incident = told(story, (events["shell"], SHELL), (events["write"], FETCH))
    assert [(one.points, one.reason) for one in incident.points] == [
        (45, "A shell of a server: high severity, high confidence"),
        (5, "the policy and a detector object to it"),
        (5, "2 detectors fired"),
        (10, "stages: Initial Access, Execution, Command and Control"),
        (10, "not all of it was stopped"),
        (10, "its processes connected to an address outside"),
    ]
    assert (incident.score, incident.severity) == (85, Severity.CRITICAL)


def test_what_was_stopped_scores_less_and_credentials_score_more() -> None:
    blocked, alerted, stolen = Story(), Story(), Story()
    metadata = Address("inet", "tcp", "169.254.170.2", 80)
    blocked.act(Kind.CONNECT, "", Verdict.BLOCK, address=metadata)
    alerted.act(Kind.WRITE, "/x", Verdict.ALERT)
    stolen.act(Kind.CONNECT, "", Verdict.ALERT, address=metadata)
    scores = [told(story).score for story in (blocked, alerted, stolen)]
    assert scores == [25, 45, 55]
    assert told(blocked).stopped


@pytest.mark.parametrize(
    ("points", "level"), [(100, 5), (80, 5), (79, 4), (55, 4), (54, 3), (30, 3), (10, 2), (9, 1)]
)
def test_severity_follows_from_the_score(points: int, level: int) -> None:
    assert incident_score.severity(points) == level


def test_every_weight_lowers_or_raises_as_it_says() -> None:
    worst = list(incident_score.WORST.items())
    assert [points for _, points in sorted(worst)[1:]] == sorted(points for level, points in worst if level)
    assert incident_score.STOPPED < 0 < incident_score.LET_THROUGH


def test_advice_is_that_of_the_detectors_once_and_rules_that_can_be_copied() -> None:
    story = Story()
    events = attacked(story, stopped=False)
    advice = told(story, (events["shell"], SHELL), (events["write"], SAME)).advice
    assert advice[0] == SHELL.advice
    assert advice.count(SHELL.advice) == 1
    assert advice[1].startswith("Not all of it was stopped: keep the record")
    assert "--html incident.html" in advice[2]
    assert all(line.startswith("To stop it from now on, in the rules of web: - {") for line in advice[3:])
    assert len(advice) == 6


def test_what_an_attacker_did_is_not_offered_to_be_allowed() -> None:
    story = Story()
    events = attacked(story)
    assert not [line for line in told(story, (events["shell"], SHELL)).advice if "allow it" in line]
    other = Story()
    other.act(Kind.EXEC, "/app/new", Verdict.BLOCK)
    assert [line for line in told(other).advice if "allow it" in line]


NAMES = ["/tmp/x", "/tmp/*?[\\", '/tmp/"}{', "/tmp/\u202e", "/tmp/a b: c"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [Kind.EXEC, Kind.WRITE, Kind.READ, Kind.LOAD])
def test_rules_are_rules(kind: Kind, name: str) -> None:
    event = Story().act(kind, name, Verdict.ALERT, program=name)
    check(rule_of(event, Verdict.BLOCK, "seen"))


@pytest.mark.parametrize(
    "address",
    [
        Address("inet", "tcp", "10.0.0.7", 22),
        Address("inet6", "udp", "2001:db8::1", 53),
        Address("inet", "any", "10.0.0.7", 0),
        Address("unix", "any", "/run/x *", 0),
        Address("unix", "any", "@abstract", 0),
    ],
)
@pytest.mark.parametrize("kind", [Kind.CONNECT, Kind.BIND])
def test_rules_of_addresses_are_rules(kind: Kind, address: Address) -> None:
    check(rule_of(Story().act(kind, "", Verdict.ALERT, address=address), Verdict.ALLOW, "meant"))


def test_where_there_is_no_rule_none_is_written() -> None:
    story = Story()
    odd = [
        story.act(Kind.CONNECT, "", Verdict.ALERT, address=Address("inet", "tcp", "not an address", 1)),
        story.act(Kind.EXEC, "", Verdict.ALERT),
        story.act(Kind.SYSCALL, "no such; call", Verdict.ALERT),
        story.act(Kind.RESOLVE, "a.example", Verdict.ALERT),
    ]
    assert [rule_of(event, Verdict.BLOCK, "x") for event in odd] == [""] * 4
    check(rule_of(story.act(Kind.SYSCALL, "memfd_create", Verdict.ALERT), Verdict.BLOCK, "x"))


def check(rule: str) -> None:
    head = "version: 1\nworkload: shop\ncounter: 1\ncontainers:\n  web:\n    mode: block\n    rules:\n"
    document = f"{head}    {rule}\n"
    (parsed,) = parse(document).containers["web"].rules
    assert json.loads(rule[2:])["kind"] == parsed.kind


def test_what_reaches_beyond_the_container() -> None:
    assert [is_outside(host) for host in ("8.8.8.8", "203.0.113.9", "2600::1", "::ffff:8.8.8.8")] == [
        True
    ] * 4
    inside = (
        "10.1.1.1",
        "172.16.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "169.254.170.2",
        "::1",
        "fe80::1",
        "fd00::1",
        "x",
    )
    assert not any(map(is_outside, inside))
    story = Story()
    refused = story.act(Kind.CONNECT, "", address=Address("inet", "tcp", "8.8.8.8", 1), errno=111)
    assert not leaves_the_task(refused)
    assert touches_credentials(story.act(Kind.READ, "/proc/1/environ"))
    assert not touches_credentials(story.act(Kind.READ, "/proc/1/status"))
