"""From models to policies: everything seen is allowed, each with a reason, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput, UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import TASK_KINDS, Address, Event, FrameType, Kind, Mode, Verdict
from outrider.model.judgement import Judgement
from outrider.model.outcome import Covered, Skipped
from outrider.policy.compiled import CompiledPolicy
from outrider.policy.document import WriteRule, parse, to_yaml
from outrider.policy.from_model import UNNAMED, from_models
from outrider.policy.lowering import compile_policy, lower
from outrider.policy.matching import Act, decide
from outrider.runtime.learn import learn

TIME = 1_795_482_123_000_000_000
PYTHON = "/usr/bin/python3.11"


def model(
    *behaviours: Behaviour, container: str = "web", workload: str = "shop", count: int = 3
) -> BehaviourModel:
    return BehaviourModel(
        workload, container, "", dict.fromkeys(behaviours, Seen(count, TIME, TIME + 10**12))
    )


def write(path: str) -> Behaviour:
    return Behaviour(Kind.WRITE, PYTHON, path)


def targets(*behaviours: Behaviour) -> list[str]:
    document = from_models([model(*behaviours)], mode=Mode.BLOCK, counter=1).document
    return [rule.target for rule in document.container("web").rules]


def test_every_rule_says_what_was_seen() -> None:
    seen = model(Behaviour(Kind.EXEC, "/usr/sbin/nginx", "/bin/sh"), write("/tmp/*"))
    document = from_models([seen], mode=Mode.ALERT, counter=7).document
    whys = [rule.why for rule in document.container("web").rules]
    assert whys[0] == (
        "learned: nginx starts sh; seen at least 3 times, between 2026-11-24 01:02 and 2026-11-24 01:18 UTC"
    )
    assert whys[1].endswith("* and ? stand for names that vary")
    assert (document.workload, document.counter, document.container("web").mode) == ("shop", 7, Mode.ALERT)


def test_what_was_made_is_a_document_that_people_can_keep() -> None:
    document = from_models(
        [model(write("/a b"), write("/\n"), write("/é"))], mode=Mode.BLOCK, counter=1
    ).document
    assert parse(to_yaml(document)) == document


def test_many_names_in_one_directory_become_a_pattern() -> None:
    uploads = [write(f"/srv/uploads/{letter}.png") for letter in "abcdefgh"]
    assert targets(*uploads[:7]) == [behaviour.target for behaviour in uploads[:7]]
    assert targets(*uploads) == ["/srv/uploads/*"]


def test_names_beside_programs_and_settings_stay_as_they_are() -> None:
    for directory in ("/usr/bin", "/etc/nginx/conf.d", "", "/lib", "/var/www/html"):
        assert len(targets(*(write(f"{directory}/{letter}") for letter in "abcdefghij"))) == 10


def test_the_counts_of_a_folded_directory_are_added_up() -> None:
    seen = model(*(write(f"/srv/{letter}") for letter in "abcdefgh"), count=2)
    (rule,) = from_models([seen], mode=Mode.BLOCK, counter=1).document.container("web").rules
    assert "at least 16 times" in rule.why


def test_what_cannot_be_said_is_skipped_and_told() -> None:
    proposal = from_models([model(write("/ok"), write("/" + "x" * 2000))], mode=Mode.BLOCK, counter=1)
    covered, skipped = proposal.outcomes
    assert covered == Covered("container web", "1 rules")
    assert isinstance(skipped, Skipped)
    assert "2001 bytes long" in skipped.reason


def test_several_containers_make_one_document() -> None:
    models = [model(write("/a")), model(write("/b"), container="worker")]
    document = from_models(
        models, mode=Mode.BLOCK, counter=1, defaults={Kind.CONNECT: Verdict.ALERT}
    ).document
    assert set(document.containers) == {"web", "worker"}
    assert document.container("worker").defaults.connect is Verdict.ALERT


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ([], "no model"),
        ([model(), model()], "two models"),
        ([model(), model(container="b", workload="other")], "different workloads"),
    ],
)
def test_models_that_do_not_fit_together(models: list[BehaviourModel], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_models(models, mode=Mode.BLOCK, counter=1)


def test_the_workload_is_as_wanted_or_as_known_or_unnamed() -> None:
    def name(*models: BehaviourModel, wanted: str = "") -> str:
        return from_models(models, mode=Mode.BLOCK, counter=1, workload=wanted).document.workload

    assert name(model(workload="")) == UNNAMED
    assert name(model(), model(container="b", workload="")) == "shop"
    assert name(model(), wanted="mine") == "mine"


def test_too_many_rules_are_refused() -> None:
    many = model(*(Behaviour(Kind.EXEC, "/a", f"/{number}") for number in range(4097)))
    with pytest.raises(InvalidInput, match="4097 rules"):
        from_models([many], mode=Mode.BLOCK, counter=1)


def test_a_container_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no policy can be made"):
        from_models([model(container="")], mode=Mode.BLOCK, counter=1)


NAMES = st.text(alphabet="ab*?\\é. -\n1", min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES | st.sampled_from(["tmp", "proc", "12", "a" * 40]), min_size=1, max_size=5).map(
    lambda names: "/" + "/".join(names)
)
ADDRESSES = st.builds(
    Address,
    st.just("inet"),
    st.sampled_from(["tcp", "udp", "any"]),
    st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str) | st.just("::ffff:10.1.2.3"),
    st.integers(0, 65535),
).map(lambda a: Address("inet6" if ":" in a.host else "inet", a.protocol, a.host, a.port))


@st.composite
def acts(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(TASK_KINDS))
    addressed = kind in (Kind.CONNECT, Kind.BIND)
    target = "" if addressed else "bpf" if kind is Kind.SYSCALL else draw(PATHS)
    address = draw(ADDRESSES | PATHS.map(lambda path: Address("unix", "any", path, 0))) if addressed else None
    return Event(
        type=FrameType.EVENT,
        seq=draw(st.integers(1, 99)),
        time_ns=TIME,
        instance=draw(st.sampled_from(["01", "02"])),
        container="web",
        kind=kind,
        verdict=draw(st.sampled_from([Verdict.ALLOW, Verdict.ALERT])),
        program=draw(PATHS),
        target=target,
        address=address,
    )


@settings(max_examples=120)
@given(st.lists(acts(), min_size=1, max_size=12, unique_by=lambda event: (event.instance, event.seq)))
def test_a_policy_learned_from_events_allows_those_events(events: list[Event]) -> None:
    learned = learn(events, workload="shop")
    document = from_models(learned.models, mode=Mode.BLOCK, counter=1).document
    compile_policy(document, "web")
    policy = lower(document, "web")
    for event in events:
        assert event.kind is not None
        act = Act(event.kind, event.program, event.target, event.address)
        assert decide(policy, act).verdict is Verdict.ALLOW, act


@given(st.lists(acts(), max_size=8))
def test_nothing_that_was_not_seen_is_allowed(events: list[Event]) -> None:
    learned = learn(events, workload="shop")
    models = learned.models or (BehaviourModel("shop", "web"),)
    policy = lower(from_models(models, mode=Mode.BLOCK, counter=1).document, "web")
    stranger = "/somebody/else/entirely"
    for act in (
        Act(Kind.EXEC, stranger, "/bin/sh"),
        Act(Kind.CONNECT, stranger, "", Address("inet", "tcp", "203.0.113.1", 4444)),
        Act(Kind.BIND, stranger, "", Address("inet", "tcp", "10.0.0.1", 4444)),
        Act(Kind.WRITE, stranger, "/etc/passwd"),
        Act(Kind.SYSCALL, stranger, "bpf"),
    ):
        assert decide(policy, act).verdict is Verdict.BLOCK


def test_what_was_struck_out_gets_no_rule_or_one_that_blocks_it_where_another_would_allow_it() -> None:
    names = {write(f"/srv/{letter}"): Seen(1, TIME, TIME) for letter in "abcdefgh"}
    struck = Seen(1, TIME, TIME, judged=Judgement(TIME, True, "kim", "not ours"))
    alone = BehaviourModel("shop", "web", seen={**names, write("/run/evil"): struck})
    document = from_models([alone], mode=Mode.BLOCK, counter=1).document
    (rule,) = document.container("web").rules
    assert isinstance(rule, WriteRule)
    assert (rule.target, rule.action) == ("/srv/*", Verdict.ALLOW)
    covered = {write("/srv/*"): Seen(9, TIME, TIME), write("/srv/evil"): struck}
    proposal = from_models([BehaviourModel("shop", "web", seen=covered)], mode=Mode.BLOCK, counter=1)
    first, second = proposal.document.container("web").rules
    assert (first.action, second.action) == (Verdict.BLOCK, Verdict.ALLOW)
    assert first.why.startswith("struck out by kim (not ours)")
    assert proposal.outcomes[0] == Covered("container web", "2 rules, 1 struck out or flagged")
    policy = lower(proposal.document, "web")
    assert decide(policy, Act(Kind.WRITE, PYTHON, "/srv/evil")).verdict is Verdict.BLOCK
    assert decide(policy, Act(Kind.WRITE, PYTHON, "/srv/other")).verdict is Verdict.ALLOW


def test_libraries_of_a_container_are_known_and_no_rules() -> None:
    library = Behaviour(Kind.LOAD, PYTHON, "/usr/lib/libssl.so.3")
    assert targets(library, write("/tmp/*")) == ["/tmp/*"]


NGINX = "/usr/sbin/nginx"
EVERY_4 = Behaviour(Kind.BIND, NGINX, "", "inet", "tcp", "0.0.0.0/0", "80")
EVERY_6 = Behaviour(Kind.BIND, NGINX, "", "inet6", "tcp", "::/0", "80")
ASKED_4, ASKED_6 = Address("inet", "tcp", "0.0.0.0", 80), Address("inet6", "tcp", "::", 80)  # noqa: S104


def listens(policy: CompiledPolicy, address: Address) -> bool:
    return decide(policy, Act(Kind.BIND, NGINX, "", address)).verdict is Verdict.ALLOW


@pytest.mark.parametrize("seen", [(EVERY_4,), (EVERY_6,), (EVERY_4, EVERY_6)])
def test_who_listens_on_all_addresses_may_in_the_family_that_the_network_has(seen: tuple[Behaviour]) -> None:
    document = from_models([model(*seen)], mode=Mode.BLOCK, counter=1).document
    (rule,) = document.container("web").rules
    assert rule.why.startswith(
        f"learned: nginx listens on all addresses port 80; seen at least {3 * len(seen)}"
    )
    policy = lower(document, "web")
    assert listens(policy, ASKED_4)
    assert listens(policy, ASKED_6)
    assert not listens(policy, Address("inet6", "tcp", "::", 81))
    assert not listens(policy, Address("inet6", "udp", "::", 80))


def test_of_a_listener_that_was_struck_out_the_other_family_stays_its_own() -> None:
    struck = Seen(1, TIME, TIME, judged=Judgement(TIME, True, "kim", "not ours"))
    seen = {EVERY_4: Seen(1, TIME, TIME), EVERY_6: struck}
    document = from_models([BehaviourModel("shop", "web", seen=seen)], mode=Mode.BLOCK, counter=1).document
    policy = lower(document, "web")
    assert listens(policy, ASKED_4)
    assert not listens(policy, ASKED_6)


def test_a_listener_on_loopback_stays_there() -> None:
    near = Behaviour(Kind.BIND, NGINX, "", "inet", "tcp", "127.0.0.1/32", "80")
    policy = lower(from_models([model(near)], mode=Mode.BLOCK, counter=1).document, "web")
    assert listens(policy, Address("inet", "tcp", "127.0.0.1", 80))
    assert not listens(policy, ASKED_4)
    assert not listens(policy, Address("inet6", "tcp", "::1", 80))
