"""Learning of functions: one model a version of the code, whatever the order and however often it is told."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.model.behaviour import LARGEST_COUNT, Behaviour, BehaviourModel, Seen
from outrider.model.event import FUNCTION, Address, Event, FrameType, Kind, Verdict
from outrider.runtime import model_file
from outrider.runtime.acts import Acts
from outrider.runtime.behaviours import behaviour_of
from outrider.runtime.generalise import CODE_ROOTS, code_pattern
from outrider.runtime.learn import Learned, learn
from outrider.runtime.log_line import from_line

LOG = Path(__file__).parents[2] / "data" / "function-logs" / "webhook.log"
PYTHON = "/var/lang/bin/python3.11"
TCP = Address("inet", "tcp", "192.0.2.7", 443)


def act(kind: Kind, target: str = "", instance: str = "01", **said: object) -> Event:
    """Something a function did, as an acts line has it."""
    event = Event(
        type=FrameType.EVENT,
        seq=0,
        time_ns=0,
        instance=instance,
        container=FUNCTION,
        function="webhook",
        verdict=Verdict.ALLOW,
        kind=kind,
        program=PYTHON,
        target=target,
    )
    return replace(event, **said)  # type: ignore[arg-type]


def line(*acts: Event, image: str = "tree:1", instance: str = "01", count: int = 2) -> Acts:
    seen = Seen(count, 10, 20)
    return Acts("webhook", "7", image, instance, tuple((replace(a, instance=instance), seen) for a in acts))


def only(learned: Learned) -> BehaviourModel:
    (model,) = learned.models
    return model


def recorded() -> list[Event | Acts]:
    lines = map(from_line, LOG.read_bytes().splitlines())
    return [told for told in lines if told is not None]


def test_a_recorded_log_is_learned() -> None:
    learned = learn(recorded())
    model = only(learned)
    assert (model.workload, model.container, model.image[:5]) == ("webhook", "function", "tree:")
    assert len(model.seen) < 40
    assert learned.left_out == {"about the supervisor itself": 1, "flagged": 1, "blocked": 1}
    (peer,) = [behaviour for behaviour in model.destinations if behaviour.name]
    assert peer == Behaviour(Kind.CONNECT, PYTHON, protocol="tcp", ports="443", name="api.example.com")
    assert model.seen[peer].by == {"requests 2.32.3"}
    loads = {behaviour.target for behaviour in model.of(Kind.LOAD) if behaviour.program == PYTHON}
    assert loads == {
        "/usr/**",
        "/var/lang/**",
        "/var/runtime/**",
        "/var/task/**",
        "/tmp/tmp????????/_fast.so",
    }
    assert model_file.from_json(model_file.to_json([model]).encode()) == (model,)


def test_what_was_flagged_teaches_nothing() -> None:
    alert = act(Kind.EXEC, "/bin/id", verdict=Verdict.ALERT, seq=1, time_ns=5)
    assert learn([alert]).models == ()
    assert learn([alert]).left_out == {"flagged": 1}
    assert only(learn([replace(alert, function="", container="web")])).programs


def test_versions_of_the_code_are_models_of_their_own_and_may_be_made_one() -> None:
    lines = [line(act(Kind.EXEC, "/bin/a")), line(act(Kind.EXEC, "/bin/b"), image="tree:2", instance="02")]
    assert [model.image for model in learn(lines).models] == ["tree:1", "tree:2"]
    assert len(only(learn(lines, images={FUNCTION: "any"})).seen) == 2
    assert [model.image for model in learn(lines, assumed={FUNCTION: "old"}).models] == ["tree:1", "tree:2"]


def test_events_go_to_the_model_of_their_environment() -> None:
    event = act(Kind.EXEC, "/bin/c", seq=3, time_ns=5)
    early = line(act(Kind.EXEC, "/bin/a"), image="")
    model = only(learn([event, early, line(act(Kind.EXEC, "/bin/b"))]))
    assert model.image == "tree:1"
    assert len(model.programs) == 3
    start = replace(event, type=FrameType.START, instance="03")
    assert learn([start]).models == ()


def test_counts_add_up_over_code_and_environments_and_not_over_telling() -> None:
    here, there = (act(Kind.EXEC, "/bin/a", code=f"/var/task/app.py:{n} f") for n in (1, 2))
    lines = [line(here, there), line(here, instance="02")]
    told_also = [act(Kind.EXEC, "/bin/a", seq=1, time_ns=15)]
    (seen,) = only(learn([*lines, *lines, *told_also])).seen.values()
    assert seen == Seen(6 - 2 + 2, 10, 20, frozenset({"/var/task/app.py"}), frozenset({"01", "02"}))
    most = line(here, there, count=LARGEST_COUNT)
    (seen,) = only(learn([most])).seen.values()
    assert seen.count == LARGEST_COUNT


@pytest.mark.parametrize(
    ("event", "behaviour"),
    [
        (act(Kind.CONNECT, address=TCP), ("inet", "192.0.2.7/32", "")),
        (act(Kind.CONNECT, address=TCP, name="API.example.com."), ("", "", "api.example.com")),
        (act(Kind.CONNECT, address=TCP, name="*.evil/"), ("inet", "192.0.2.7/32", "")),
        (
            act(Kind.CONNECT, address=replace(TCP, host="127.0.0.1"), name="localhost"),
            ("inet", "127.0.0.1/32", ""),
        ),
        (act(Kind.RESOLVE, "api.example.com"), ("", "", "api.example.com")),
    ],
)
def test_peers_with_names_lose_their_addresses(event: Event, behaviour: tuple[str, ...]) -> None:
    found = behaviour_of(event)
    assert found is not None
    assert (found.family, found.network, found.name) == behaviour


def test_names_that_no_rule_can_say_and_acts_of_nobody_are_left_out() -> None:
    nobody = act(Kind.EXEC, "/bin/a", program="")
    learned = learn([line(act(Kind.RESOLVE, "a b"), nobody, act(Kind.INVOKE, "direct", program=""))])
    assert learned.taken == 1
    assert sum(learned.left_out.values()) == 2


@pytest.mark.parametrize("root", CODE_ROOTS)
def test_code_of_a_read_only_root_is_one_pattern(root: str) -> None:
    assert code_pattern(f"{root}/a/b.so") == f"{root}/**"
    assert len(CODE_ROOTS[root]) > 5


@pytest.mark.parametrize(
    ("target", "pattern"),
    [
        ("/tmp/evil.so", "/tmp/evil.so"),
        ("/tmp/tmpab12cd34/x.py", "/tmp/tmp????????/x.py"),
        ("/usrlocal/x", "/usrlocal/x"),
        ("pickle:os.*", "pickle:os.\\*"),
        ("[anonymous]", "[anonymous]"),
    ],
)
def test_code_elsewhere_keeps_its_name(target: str, pattern: str) -> None:
    assert code_pattern(target) == pattern


ACTS = st.builds(
    act,
    st.sampled_from([Kind.EXEC, Kind.LOAD, Kind.WRITE, Kind.INVOKE]),
    st.sampled_from(["/tmp/a", "/tmp/b", "/var/task/a.py", "aws:sqs"]),
    code=st.sampled_from(["", "/var/task/app.py:1 f", "/var/task/app.py:2 g", "/var/task/b.py:1 h"]),
)
INSTANCES = st.sampled_from(["01", "02", "03"])
LINES = st.builds(
    lambda acts, image, instance, count: line(*acts, image=image, instance=instance, count=count),
    st.lists(ACTS, max_size=4),
    st.sampled_from(["", "tree:1", "tree:2"]),
    INSTANCES,
    st.integers(1, 5),
)
EVENTS = st.builds(
    lambda seq, instance: act(Kind.EXEC, f"/bin/{seq}", instance=instance, seq=seq, time_ns=15),
    st.integers(1, 3),
    INSTANCES,
)


@settings(max_examples=150)
@given(st.lists(LINES | EVENTS, max_size=10), st.data())
def test_order_and_telling_again_make_no_difference(
    told: Sequence[Event | Acts], data: st.DataObject
) -> None:
    again = data.draw(st.permutations([*told, *(data.draw(st.lists(st.sampled_from(told))) if told else [])]))
    assert learn(again).models == learn(told).models


@settings(max_examples=100)
@given(st.lists(LINES, max_size=8))
def test_models_of_functions_there_and_back(told: Sequence[Acts]) -> None:
    models = learn(told).models
    text = model_file.to_json(models)
    assert model_file.from_json(text.encode()) == models
    assert model_file.to_json(model_file.from_json(text.encode())) == text
