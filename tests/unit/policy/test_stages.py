"""How a workload version comes from learning to blocking, and back."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outrider.model.stage import ORDER, Stage, Standing
from outrider.policy.stages import SECOND, Facts, Terms, Wish, settled, step

HOUR = 3600 * SECOND
TERMS = Terms(by_people=frozenset())
READY = Facts(now_ns=100 * HOUR, first_ns=HOUR, new_ns=2 * HOUR, lives=3)


def next_stage(
    stage: Stage, facts: Facts, terms: Terms = TERMS, since: int = HOUR, **more: Any
) -> Stage | None:
    transition = step(Standing(stage=stage, since_ns=since), facts, terms, **more).transition
    return transition.after if transition else None


def test_with_everything_there_it_goes_a_step_on() -> None:
    assert [next_stage(stage, READY) for stage in ORDER] == [*ORDER[1:], None]


def test_each_thing_that_is_missing_is_said() -> None:
    facts = replace(READY, now_ns=3 * HOUR, lives=1)
    answer = step(Standing(), facts, TERMS)
    assert answer.transition is None
    assert answer.waits_for == (
        f"watched for {22 * 3600} more seconds",
        "2 more lives",
        f"nothing new for {3 * 3600} more seconds",
    )


def test_an_alert_restarts_the_wait() -> None:
    assert next_stage(Stage.ALERTING, replace(READY, alerts=1, alert_ns=99 * HOUR)) is None
    assert next_stage(Stage.ALERTING, replace(READY, alerts=1, alert_ns=70 * HOUR)) is Stage.BLOCKING


def test_a_stage_of_people_is_reached_by_a_wish_alone() -> None:
    answer = step(Standing(stage=Stage.ALERTING, since_ns=HOUR), READY, Terms())
    assert answer.transition is None and answer.waits_for == ("a person who says blocking",)
    wish = Wish(stage=Stage.BLOCKING, who="ada")
    made = step(Standing(stage=Stage.LEARNING), replace(READY, lives=0), Terms(), wish).transition
    assert made and (made.after, made.by, made.reason) == (Stage.BLOCKING, "ada", "asked for by ada")


def test_too_many_alerts_after_a_step_lead_back_if_that_is_wanted() -> None:
    stormy = replace(READY, alerts=5, alert_ns=READY.now_ns)
    back = replace(TERMS, back_alerts=5)
    young, old = READY.now_ns - 60 * SECOND, READY.now_ns - 2 * HOUR
    assert next_stage(Stage.BLOCKING, stormy, back, young) is Stage.ALERTING
    assert next_stage(Stage.BLOCKING, stormy, back, old) is None
    assert next_stage(Stage.BLOCKING, stormy, TERMS, young) is None
    assert next_stage(Stage.BLOCKING, replace(stormy, alerts=4), back, young) is None


_TIMES = st.integers(0, 200).map(lambda hours: hours * HOUR)
_FACTS = st.builds(
    Facts, now_ns=_TIMES, first_ns=_TIMES, new_ns=_TIMES, lives=st.integers(0, 9), alerts=st.integers(0, 9),
    alert_ns=_TIMES,
)  # fmt: skip
_TERMS = st.builds(
    Terms,
    learn_lives=st.integers(0, 9),
    by_people=st.frozensets(st.sampled_from(ORDER[1:])),
    back_alerts=st.integers(0, 9),
)
_STANDINGS = st.builds(Standing, stage=st.sampled_from(ORDER), since_ns=_TIMES)


@given(_STANDINGS, _FACTS, _TERMS)
def test_by_its_terms_it_never_skips_a_stage_nor_waits_for_nothing(
    standing: Standing, facts: Facts, terms: Terms
) -> None:
    answer = step(standing, facts, terms)
    assert answer == step(standing, facts, terms)
    if answer.transition:
        went = ORDER.index(answer.transition.after) - ORDER.index(standing.stage)
        assert went in (1, -1) and answer.transition.reason and not answer.transition.by
        assert went == -1 or answer.transition.after not in terms.by_people
    else:
        assert bool(answer.waits_for) is (standing.stage is not Stage.BLOCKING)


@given(_STANDINGS, _FACTS, _TERMS, st.integers(1, 9))
def test_more_lives_never_hold_it_up(standing: Standing, facts: Facts, terms: Terms, more: int) -> None:
    before = step(standing, facts, terms).transition
    after = step(standing, replace(facts, lives=facts.lives + more), terms).transition
    assert before is None or after == before


def test_nobody_looks_at_what_only_a_person_moves() -> None:
    def at(stage: Stage, terms: Terms, now: int = 2 * HOUR) -> bool:
        return settled(Standing(stage=stage, since_ns=HOUR), terms, now)

    assert [at(stage, Terms()) for stage in ORDER] == [False, False, True, True]
    assert not at(Stage.ALERTING, TERMS)
    back = Terms(back_alerts=3, back_seconds=3600)
    assert [at(Stage.BLOCKING, back, now) for now in (HOUR, 2 * HOUR, 2 * HOUR + 1)] == [False, False, True]


@given(st.sampled_from(Stage), st.integers(0, 10), st.integers(0, 10_000), st.integers(0, 300))
def test_what_is_settled_is_never_moved_by_terms(stage: Stage, alerts: int, back: int, hours: int) -> None:
    terms = Terms(back_alerts=alerts, back_seconds=back)
    standing = Standing(stage=stage, since_ns=HOUR)
    facts = replace(READY, now_ns=(hours + 1) * HOUR, alerts=99, alert_ns=hours * HOUR)
    if settled(standing, terms, facts.now_ns):
        assert step(standing, facts, terms).transition is None
