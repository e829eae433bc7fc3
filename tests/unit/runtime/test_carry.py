"""A new version starts from its predecessors; what changes is said in words."""

import pytest

from outrider.errors import UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import Kind
from outrider.model.judgement import Judgement
from outrider.model.stage import Stage
from outrider.policy.facts import facts_of
from outrider.runtime.carry import DROP_AFTER, carry, removals
from outrider.runtime.model_diff import What, diff

LAUNCHER = "/outrider/bin/outrider-run"
START = Behaviour(Kind.EXEC, LAUNCHER, "/bin/app")
TOOL = Behaviour(Kind.EXEC, "/bin/app", "/bin/tool")
WRITE = Behaviour(Kind.WRITE, "/bin/tool", "/srv/x")
IMAGE = {"/bin/app": "aa", "/bin/other": "bb"}


def model(image: str, **more: Seen) -> BehaviourModel:
    seen = {START: Seen(3, 5, 9, lives=frozenset({"01"}), sha256=frozenset({"00"}))}
    named = {"tool": TOOL, "write": WRITE}
    return BehaviourModel(
        "shop",
        "web",
        image,
        seen | {named[name]: one for name, one in more.items()},
        frozenset({"01"}),
    )


def test_a_new_version_starts_from_the_union_and_what_its_image_holds() -> None:
    one, two = model("v1", tool=Seen(1, 1, 1)), model("v2", write=Seen(2, 2, 2))
    carried = carry([one, two], image="v3", executables=IMAGE, at_ns=7)
    assert set(carried.model.seen) == {START, TOOL, WRITE}
    assert (carried.gone, carried.changed) == ((TOOL, WRITE), (START,))
    start = carried.model.seen[START]
    assert (start.sha256, start.unused, start.gone, start.lives) == ({"aa"}, 1, False, frozenset())
    assert carried.model.instances == frozenset()
    (step,) = carried.model.steps
    assert (step.after, step.reason) == (Stage.LEARNING, "carried over from v1, v2")
    assert carry([two, one], image="v3", executables=IMAGE, at_ns=7) == carried


def test_what_is_not_seen_for_too_many_versions_is_proposed_for_removal() -> None:
    current = model("v0", tool=Seen(1, 1, 1), write=Seen(1, 1, 1, judged=Judgement(1, True, "kim", "no")))
    for version in range(1, DROP_AFTER + 2):
        carried = carry([current], image=f"v{version}", executables=None, at_ns=version)
        proposed = [one.behaviour for one in carried.removals]
        assert proposed == ([TOOL] if version > DROP_AFTER else [])
        seen_again = BehaviourModel("shop", "web", f"v{version}", {START: Seen(1, version, version)})
        current = carried.model.merge(seen_again)
    assert current.seen[START].unused == 0
    assert removals(current)[0].reason == "app starts tool: not seen in the last 3 versions"
    assert current.seen[WRITE].struck


def test_what_was_carried_tells_nothing_of_how_long_the_version_was_watched() -> None:
    carried = carry([model("v1")], image="v2", executables=None, at_ns=100).model
    assert facts_of(carried, 200).first_ns == 0
    learned = carried.merge(BehaviourModel("shop", "web", "v2", {START: Seen(1, 150, 150)}))
    assert facts_of(learned, 200).first_ns == 100


def test_nothing_or_different_workloads_cannot_be_carried() -> None:
    with pytest.raises(UsageError, match="no model"):
        carry([], image="v2", executables=None, at_ns=1)
    with pytest.raises(UsageError, match="different things"):
        carry([model("v1"), BehaviourModel("shop", "b")], image="v2", executables=None, at_ns=1)


def test_differences_between_versions_in_words() -> None:
    old = model("v1", tool=Seen(1, 1, 1, shapes=frozenset({"-a"})))
    new = model(
        "v2",
        tool=Seen(9, 1, 9, shapes=frozenset({"-a", "-b"}), sha256=frozenset({"01"})),
        write=Seen(1, 1, 1, flagged=frozenset({"dropper"})),
    )
    assert [(one.what, one.group, one.words) for one in diff(old, new)] == [
        (What.CHANGED, "programs", "app starts tool: started with other arguments: -b"),
        (What.ADDED, "files changed", "tool changes /srv/x (flagged by dropper)"),
    ]
    assert [one.what for one in diff(new, old)] == [What.DROPPED]
    assert diff(old, old) == ()


def test_what_is_carried_and_not_seen_counts_as_dropped() -> None:
    old = model("v1", tool=Seen(1, 1, 1))
    new = carry([old], image="v2", executables=IMAGE, at_ns=7).model
    new = new.merge(BehaviourModel("shop", "web", "v2", {START: Seen(1, 8, 8)}))
    assert [one.words for one in diff(old, new)] == [
        "app starts tool: carried over, not seen in this version",
        "app starts tool: its program is not in the image any more",
        "outrider-run starts app: the file is another one",
    ]
