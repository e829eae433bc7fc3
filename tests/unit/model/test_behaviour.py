"""Behaviour models: merging is a set union, and counts never grow by being told again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import UsageError
from outrider.model.behaviour import MOST_ATTRIBUTIONS, Behaviour, BehaviourModel, Seen
from outrider.model.event import Kind

BEHAVIOURS = st.builds(
    Behaviour, st.sampled_from(Kind), st.sampled_from(["/a", "/b"]), st.sampled_from(["/x", "/y"])
)
ATTRIBUTIONS = st.frozensets(st.integers(0, 40).map(lambda number: f"package-{number:02} 1.0"), max_size=40)
SEEN = st.builds(Seen, st.integers(0, 5), st.integers(0, 9), st.integers(0, 9), ATTRIBUTIONS)
MODELS = st.builds(
    BehaviourModel,
    st.just("shop"),
    st.just("web"),
    st.just("sha256:0"),
    st.dictionaries(BEHAVIOURS, SEEN, max_size=6),
    st.frozensets(st.sampled_from(["01", "02", "03"])),
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
