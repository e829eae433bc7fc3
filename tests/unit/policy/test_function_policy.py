"""The policy of a function: what the built-in one forbids, and what was learned."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import FUNCTION, Address, Kind, Mode, Verdict
from outrider.model.outcome import Skipped
from outrider.policy.compiled import CompiledPolicy
from outrider.policy.document import PolicyDocument, parse, to_yaml
from outrider.policy.from_model import from_models
from outrider.policy.lowering import compile_policy, lower
from outrider.policy.matching import Act, decide

TIME = 1_795_482_123_000_000_000
PYTHON = "/var/lang/bin/python3.11"
TEMPLATES = Path(__file__).parents[3] / "templates" / "policies"
BUILT_IN = parse((TEMPLATES / "function-block.yaml").read_text())


def seen(*by: str) -> Seen:
    return Seen(4, TIME, TIME, frozenset(by))


def model(*behaviours: Behaviour, image: str = "tree:1", by: tuple[str, ...] = ()) -> BehaviourModel:
    return BehaviourModel("webhook", FUNCTION, image, dict.fromkeys(behaviours, seen(*by)))


def proposed(*behaviours: Behaviour, **defaults: Verdict) -> PolicyDocument:
    said = {Kind(kind): verdict for kind, verdict in defaults.items()}
    models = [model(*behaviours)]
    proposal = from_models(models, mode=Mode.BLOCK, counter=1, defaults=said, built_in=BUILT_IN)
    assert not any(isinstance(outcome, Skipped) for outcome in proposal.outcomes)
    return proposal.document


def policy(*behaviours: Behaviour, **defaults: Verdict) -> CompiledPolicy:
    return lower(proposed(*behaviours, **defaults), FUNCTION)


def verdict(policy: CompiledPolicy, kind: Kind, target: str = "", name: str = "", port: int = 443) -> Verdict:
    address = Address("inet", "tcp", "198.51.100.9", port) if kind is Kind.CONNECT else None
    return decide(policy, Act(kind, PYTHON, target, address, name)).verdict


CALL = Behaviour(Kind.CONNECT, PYTHON, protocol="tcp", ports="443", name="api.example.com")
LOOKUP = Behaviour(Kind.RESOLVE, PYTHON, name="api.example.com")


def test_a_host_that_was_called_may_be_called_and_looked_up_at_any_address() -> None:
    made = policy(CALL, LOOKUP)
    assert verdict(made, Kind.CONNECT, name="api.example.com") is Verdict.ALLOW
    assert verdict(made, Kind.RESOLVE, "api.example.com") is Verdict.ALLOW
    assert verdict(made, Kind.CONNECT, name="evil.example.com") is Verdict.BLOCK
    assert verdict(made, Kind.CONNECT, name="api.example.com", port=80) is Verdict.BLOCK
    assert verdict(made, Kind.RESOLVE, "evil.example.com") is Verdict.BLOCK


def test_a_lookup_is_a_rule_only_where_no_connection_followed() -> None:
    other = Behaviour(Kind.RESOLVE, PYTHON, name="other.example.com")
    rules = proposed(CALL, LOOKUP, other).container(FUNCTION).rules
    assert [rule.name for rule in rules if rule.kind == "resolve"] == ["other.example.com"]


def test_the_prohibitions_of_the_built_in_policy_come_first() -> None:
    rules = proposed(CALL).container(FUNCTION).rules
    kept = [r for r in BUILT_IN.container(FUNCTION).rules if r.action == "block" and r.kind != "connect"]
    assert list(rules[: len(kept)]) == kept
    assert rules[len(kept)].kind == "connect"
    made = policy(CALL)
    assert verdict(made, Kind.READ, "/proc/7/environ") is Verdict.BLOCK
    assert verdict(made, Kind.LOAD, "/tmp/evil.so") is Verdict.BLOCK
    assert verdict(made, Kind.LOAD, "pickle:os.system") is Verdict.BLOCK
    assert verdict(made, Kind.LOAD, "/var/task/app.py") is Verdict.ALLOW


@pytest.mark.parametrize("target", ["/tmp/tmp????????/fast.so", "pickle:os.path"])
def test_what_was_learned_although_it_is_forbidden_is_an_exception(target: str) -> None:
    made = policy(Behaviour(Kind.LOAD, PYTHON, target))
    assert verdict(made, Kind.LOAD, target) is Verdict.ALLOW
    assert verdict(made, Kind.LOAD, "/tmp/evil.so") is Verdict.BLOCK
    assert verdict(made, Kind.LOAD, "pickle:os.system") is Verdict.BLOCK


def test_a_kind_that_is_let_through_keeps_what_is_forbidden_of_it() -> None:
    made = policy(connect=Verdict.ALLOW, load=Verdict.BLOCK)
    assert verdict(made, Kind.CONNECT, name="ec2-1-2-3-4.compute.amazonaws.com") is Verdict.BLOCK
    assert not any(rule.kind is Kind.LOAD for rule in made.rules)


def test_events_that_come_are_told_with_their_keys() -> None:
    sqs = Behaviour(Kind.INVOKE, "Records", "aws:sqs")
    empty = Behaviour(Kind.INVOKE, "", "direct")
    made = policy(sqs, empty, invoke=Verdict.BLOCK)
    for keys, source, right in (
        ("Records", "aws:sqs", Verdict.ALLOW),
        ("Records,x", "aws:sqs", Verdict.BLOCK),
        ("Records", "aws:s3", Verdict.BLOCK),
        ("anything", "direct", Verdict.ALLOW),
    ):
        assert decide(made, Act(Kind.INVOKE, keys, source)).verdict is right


def test_every_rule_says_whose_code_it_was() -> None:
    many = tuple(f"package{number} 1" for number in range(5))
    for by, said in (
        (("requests 2.32.3",), "seen at least 4 times from requests 2.32.3, on"),
        (many, "from package0 1, package1 1, package2 1 and 2 more, on"),
        ((), "seen at least 4 times, on"),
    ):
        document = from_models([model(CALL, by=by)], mode=Mode.BLOCK, counter=1).document
        assert said in document.container(FUNCTION).rules[0].why


def test_defaults_are_said_and_can_be_said_otherwise() -> None:
    defaults = proposed(load=Verdict.BLOCK).container(FUNCTION).defaults.model_dump(mode="json")
    assert defaults == dict.fromkeys(map(str, Kind), "block") | {"read": "allow", "invoke": "allow"}


def test_two_versions_of_the_code_are_not_mixed_unasked() -> None:
    with pytest.raises(UsageError, match="two models of the function webhook") as caught:
        from_models([model(), model(image="tree:2")], mode=Mode.BLOCK, counter=1)
    assert "tree:1, tree:2" in caught.value.hint


TARGETS = st.sampled_from(["/tmp/x.so", "/var/task/**", "pickle:os.system", "pickle:mine.Basket", "/a b"])
NAMES = st.sampled_from(["a.example.com", "b.example.com", "x.compute.amazonaws.com"])
BEHAVIOURS = (
    st.builds(Behaviour, st.sampled_from([Kind.LOAD, Kind.EXEC, Kind.READ]), st.just(PYTHON), TARGETS)
    | st.builds(Behaviour, st.just(Kind.RESOLVE), st.just(PYTHON), name=NAMES)
    | st.builds(lambda n: Behaviour(Kind.CONNECT, PYTHON, protocol="tcp", ports="443", name=n), NAMES)
    | st.builds(Behaviour, st.just(Kind.INVOKE), st.sampled_from(["", "a,b"]), st.just("direct"))
)


@settings(max_examples=120)
@given(st.sets(BEHAVIOURS, max_size=10), st.sampled_from(Verdict))
def test_what_was_learned_is_allowed_and_the_document_is_sound(
    learned: set[Behaviour], load: Verdict
) -> None:
    document = proposed(*learned, load=load, read=Verdict.BLOCK, invoke=Verdict.BLOCK)
    assert parse(to_yaml(document)) == document
    assert compile_policy(document, FUNCTION)
    made = lower(document, FUNCTION)
    for one in learned:
        address = Address("inet", "tcp", "198.51.100.9", 443) if one.kind is Kind.CONNECT else None
        target = one.name if one.kind is Kind.RESOLVE else one.target
        act = Act(one.kind, one.program, target, address, one.name)
        assert decide(made, act).verdict is Verdict.ALLOW, act
