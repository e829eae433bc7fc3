"""Behaviour models: merging is a set union, and counts never grow by being told again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import UsageError
from outrider.model.behaviour import (
    ANY_SHAPE,
    MOST_ATTRIBUTIONS,
    MOST_INSTANCES,
    MOST_LIVES,
    MOST_SHAPES,
    Behaviour,
    BehaviourModel,
    Seen,
)
from outrider.model.event import Kind
from outrider.model.judgement import Judgement
from outrider.model.stage import MOST_STEPS, Stage, Standing, Transition

BEHAVIOURS = st.builds(
    Behaviour, st.sampled_from(Kind), st.sampled_from(["/a", "/b"]), st.sampled_from(["/x", "/y"])
)
ATTRIBUTIONS = st.frozensets(st.integers(0, 40).map(lambda number: f"package-{number:02} 1.0"), max_size=40)
WORDS = st.frozensets(st.integers(0, 99).map(lambda number: f"{number:02}"), max_size=99)
JUDGEMENTS = st.builds(
    Judgement, st.integers(0, 2), st.booleans(), st.sampled_from(["kim", "lee"]), st.sampled_from(["", "why"])
)
STEPS = st.builds(
    Transition,
    before=st.sampled_from(Stage),
    after=st.sampled_from(Stage),
    at_ns=st.integers(0, 3),
    reason=st.sampled_from(["a", "b"]),
    by=st.sampled_from(["", "kim"]),
)
SEEN = st.builds(
    Seen,
    st.integers(0, 5),
    st.integers(0, 9),
    st.integers(0, 9),
    by=ATTRIBUTIONS,
    lives=WORDS,
    sha256=WORDS,
    shapes=st.frozensets(st.sampled_from([ANY_SHAPE, *map(str, range(20))]), max_size=20),
    flagged=WORDS,
    judged=st.none() | JUDGEMENTS,
    unused=st.integers(0, 3),
    gone=st.booleans(),
)
MODELS = st.builds(
    BehaviourModel,
    st.just("shop"),
    st.just("web"),
    st.just("sha256:0"),
    st.dictionaries(BEHAVIOURS, SEEN, max_size=6),
    st.frozensets(st.sampled_from(["01", "02", "03"])),
    st.frozensets(STEPS, max_size=4),
)


@given(MODELS, MODELS)
def test_merging_is_commutative(one: BehaviourModel, other: BehaviourModel) -> None:
    assert one.merge(other) == other.merge(one)


@given(MODELS, MODELS, MODELS)
def test_merging_is_associative(one: BehaviourModel, two: BehaviourModel, three: BehaviourModel) -> None:
    assert one.merge(two).merge(three) == one.merge(two.merge(three))


@given(MODELS, MODELS)
def test_merging_is_idempotent(one: BehaviourModel, other: BehaviourModel) -> None:
    merged = one.merge(other)
    assert one.merge(one) == one
    assert merged.merge(other) == merged


@given(MODELS, MODELS)
def test_merging_is_the_union(one: BehaviourModel, other: BehaviourModel) -> None:
    merged = one.merge(other)
    assert merged.behaviours == one.behaviours | other.behaviours
    assert merged.instances == one.instances | other.instances
    assert all(merged.seen[behaviour].count >= seen.count for behaviour, seen in one.seen.items())


@given(ATTRIBUTIONS, ATTRIBUTIONS)
def test_of_many_attributions_the_first_of_the_alphabet_are_kept(
    one: frozenset[str], other: frozenset[str]
) -> None:
    merged = Seen(1, 1, 1, one).merge(Seen(1, 1, 1, other))
    assert sorted(merged.by) == sorted(one | other)[:MOST_ATTRIBUTIONS]
    assert Seen(1, 1, 1, one).plus(Seen(1, 1, 1, other)).by == merged.by


def test_models_of_different_images_do_not_merge() -> None:
    with pytest.raises(UsageError, match="different things"):
        BehaviourModel("shop", "web", "sha256:1").merge(BehaviourModel("shop", "web", "sha256:2"))


def test_a_model_does_not_change_with_what_it_was_made_of() -> None:
    seen = {Behaviour(Kind.EXEC, "/a", "/b"): Seen(1, 1, 1)}
    model = BehaviourModel("shop", "web", seen=seen)
    seen.clear()
    assert [behaviour.target for behaviour in model.programs] == ["/b"]
    assert (model.destinations, model.listeners, model.writes, model.syscalls) == ((), (), (), ())


@given(SEEN, SEEN, SEEN)
def test_how_it_was_seen_is_merged_in_any_order(one: Seen, two: Seen, three: Seen) -> None:
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three))
    assert one.merge(one) == one


@given(SEEN, SEEN)
def test_the_sets_of_an_entry_are_bounded(one: Seen, two: Seen) -> None:
    merged = one.merge(two)
    assert len(merged.lives) <= MOST_LIVES
    assert len(merged.shapes) <= MOST_SHAPES
    if len(one.lives | two.lives) < MOST_LIVES:
        assert merged.lives == one.lives | two.lives
    if len(one.shapes | two.shapes) > MOST_SHAPES or ANY_SHAPE in one.shapes | two.shapes:
        assert merged.shapes == {ANY_SHAPE}


@given(SEEN, st.lists(SEEN.filter(lambda seen: seen.judged is None), max_size=4))
def test_what_was_struck_out_stays_so_however_often_it_is_seen_again(seen: Seen, again: list[Seen]) -> None:
    struck = Judgement(9, struck=True, who="kim", why="a test")
    merged = seen.merge(Seen(1, 1, 1, judged=struck))
    for one in again:
        merged = one.merge(merged)
    assert merged.judged == struck
    assert not merged.stands


@given(
    st.permutations([Judgement(1, True, "a", ""), Judgement(2, False, "b", ""), Judgement(2, True, "c", "")])
)
def test_of_judgements_the_last_stands_and_of_two_at_once_the_one_that_strikes(said: list[Judgement]) -> None:
    seen = Seen(1, 1, 1)
    for one in said:
        seen = seen.merge(Seen(1, 1, 1, judged=one))
    assert seen.judged == Judgement(2, True, "c", "")


def test_what_is_flagged_stands_only_if_somebody_kept_it() -> None:
    flagged = Seen(1, 1, 1, flagged=frozenset({"web-shell"}))
    assert not flagged.stands
    assert flagged.merge(Seen(1, 1, 1, judged=Judgement(1, False, "kim", "our own tool"))).stands
    model = BehaviourModel("shop", "web", seen={Behaviour(Kind.EXEC, "/a", "/b"): flagged})
    assert (model.accepted, len(model.behaviours)) == (frozenset(), 1)


def test_a_model_stands_where_its_last_step_led() -> None:
    def step(at: int, after: Stage) -> Transition:
        return Transition(before=Stage.LEARNING, after=after, at_ns=at, reason="a test")

    assert BehaviourModel("shop", "web").standing == Standing()
    steps = frozenset(step(number, Stage.PROPOSED) for number in range(99)) | {step(7, Stage.BLOCKING)}
    model = BehaviourModel("shop", "web", steps=steps, instances=frozenset(map(str, range(2000))))
    assert model.standing == Standing(stage=Stage.PROPOSED, since_ns=98)
    assert (len(model.steps), len(model.instances)) == (MOST_STEPS, MOST_INSTANCES)
    both = {step(1, Stage.BLOCKING), step(1, Stage.ALERTING)}
    assert BehaviourModel("shop", "web", steps=frozenset(both)).standing.stage is Stage.ALERTING


def test_an_entry_is_called_by_what_it_is() -> None:
    one = Behaviour(Kind.EXEC, "/a", "/b")
    assert one.id == Behaviour(Kind.EXEC, "/a", "/b").id
    assert one.id != Behaviour(Kind.EXEC, "/a/b").id
    assert len(one.id) == 64
