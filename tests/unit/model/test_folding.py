"""Folding: many become one, never more than its class, and parts may be folded first."""

import ipaddress

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.behaviour_words import short
from outrider.model.event import Kind
from outrider.model.folding import (
    ANY_PROGRAM,
    FOLD_DIRECTORIES,
    FOLD_PROGRAMS,
    FOLD_WRITES,
    NEVER_FOLDED,
    PEER_CLASSES,
    covering,
    fold,
)
from outrider.model.judgement import Judgement
from outrider.model.pattern import matches

ONCE = Seen(1, 1, 1)
STRUCK = Seen(1, 1, 1, judged=Judgement(1, True, "kim", "not ours"))


def write(path: str, program: str = "/app") -> Behaviour:
    return Behaviour(Kind.WRITE, program, path)


def peer(address: str, ports: str = "443") -> Behaviour:
    family = "inet6" if ":" in address else "inet"
    return Behaviour(Kind.CONNECT, "/app", "", family, "tcp", str(ipaddress.ip_network(address)), ports)


def load(program: str, path: str = "/usr/lib/libc.so.*") -> Behaviour:
    return Behaviour(Kind.LOAD, program, path)


def folded(*those: Behaviour) -> set[Behaviour]:
    return set(fold(dict.fromkeys(those, ONCE)))


PATHS = st.lists(
    st.sampled_from(["srv", "etc", "a", "b", "c", "d", "e", "*"]), min_size=1, max_size=3
).flatmap(lambda parts: st.integers(0, 11).map(lambda number: f"/{'/'.join(parts)}/{number}"))
WRITES = st.builds(write, PATHS, st.sampled_from(["/app", "/other"]))
PEERS = st.builds(
    peer,
    st.ip_addresses(v=4).map(str)
    | st.integers(0, 30).map(lambda n: f"10.0.0.{n}")
    | st.integers(0, 30).map(lambda n: f"203.0.113.{n}")
    | st.integers(0, 30).map(lambda n: f"169.254.0.{n}"),
    st.sampled_from(["443", "80"]),
)
LOADS = st.builds(
    load,
    st.integers(0, 20).map(lambda n: f"/usr/sbin/{n}"),
    st.sampled_from(["/usr/lib/libc.so.*", "/usr/lib/libm.so.*"]),
)
SEEN = st.dictionaries(WRITES | PEERS | LOADS, st.just(ONCE), max_size=80)


@settings(max_examples=150, deadline=None)
@given(SEEN, SEEN)
def test_parts_may_be_folded_first(one: dict[Behaviour, Seen], other: dict[Behaviour, Seen]) -> None:
    assert fold(fold(one) | fold(other)) == fold(one | other)
    assert fold(fold(one)) == fold(one)


@settings(max_examples=150, deadline=None)
@given(SEEN)
def test_what_is_folded_covers_what_it_was_made_of_and_is_of_a_class(seen: dict[Behaviour, Seen]) -> None:
    made = fold(seen)
    for one in seen:
        assert one in made or covering(one, made)
    for one in made.keys() - seen.keys():
        if one.kind is Kind.WRITE:
            directory, _, last = one.target.rpartition("/")
            assert last in ("*", "**")
            assert not any(f"{directory}/".startswith(f"{kept}/") for kept in NEVER_FOLDED)
            of = [
                was for was in seen if was.program == one.program and was.target.startswith(f"{directory}/")
            ]
            assert len(of) >= min(FOLD_WRITES, FOLD_DIRECTORIES)
        elif one.kind is Kind.LOAD:
            of = [was for was in seen if was.kind is Kind.LOAD and was.target == one.target]
            assert len(of) >= FOLD_PROGRAMS
            assert one.program == ANY_PROGRAM
        else:
            (of_class,) = [known for known in PEER_CLASSES if known.network == one.network]
            assert not of_class.ports or one.ports in of_class.ports
            assert (
                sum(was.ports == one.ports and was.program == one.program for was in seen) >= of_class.least
            )


def test_directories_below_one_become_a_tree() -> None:
    cache = [write(f"/srv/cache/{letter}/x") for letter in "abcdefgh"]
    assert folded(*cache) == {write("/srv/cache/**")}
    assert folded(*cache[1:]) == set(cache[1:])
    assert folded(*cache, write("/srv/other")) == {write("/srv/cache/**"), write("/srv/other")}
    assert len(folded(*(write(f"/var/lib/{letter}/x") for letter in "abcdefgh"))) == 8


def test_what_was_struck_out_stays_and_its_directory_is_left_alone() -> None:
    names = {write(f"/srv/{letter}"): ONCE for letter in "abcdefgh"}
    evil = write("/srv/evil")
    assert fold(names | {evil: STRUCK}) == names | {evil: STRUCK}
    assert fold({write("/srv/*"): ONCE, evil: STRUCK}) == {write("/srv/*"): ONCE, evil: STRUCK}
    assert covering(evil, [write("/srv/*"), write("/srv/*", "/other"), evil]) == (write("/srv/*"),)
    struck_class = peer("10.0.0.0/8")
    peers = {peer(f"10.0.0.{n}"): ONCE for n in range(9)}
    assert fold(peers | {struck_class: STRUCK}) == peers | {struck_class: STRUCK}


def test_peers() -> None:
    private = [peer(f"10.0.{n}.1", "5432") for n in range(8)]
    assert folded(*private) == {peer("10.0.0.0/8", "5432")}
    assert folded(*private[1:]) == set(private[1:])
    public = [peer(f"203.0.113.{n}") for n in range(16)]
    assert folded(*public) == {peer("0.0.0.0/0")}
    http = [peer(f"203.0.113.{n}", "80") for n in range(16)]
    assert folded(*http) == set(http)
    metadata = [peer(f"169.254.170.{n}", "80") for n in range(20)]
    assert folded(*metadata) == set(metadata)


def test_libraries_of_many_programs_are_nobodys() -> None:
    programs = [load(f"/usr/sbin/{n}") for n in range(FOLD_PROGRAMS)]
    anybodys = load(ANY_PROGRAM)
    assert folded(*programs) == {anybodys}
    assert folded(*programs[1:]) == set(programs[1:])
    assert folded(anybodys, programs[0], load("/usr/sbin/0", "/usr/lib/libm.so.*")) == {
        anybodys,
        load("/usr/sbin/0", "/usr/lib/libm.so.*"),
    }
    seen = dict.fromkeys(programs, ONCE) | {load("/tmp/evil"): STRUCK}
    assert fold(seen) == seen
    assert covering(load("/tmp/evil"), [anybodys]) == (anybodys,)
    assert short(anybodys) == "any program loads /usr/lib/libc.so.*"


def test_models_are_folded_after_they_were_merged() -> None:
    one, other = ([write(f"/srv/{letter}") for letter in letters] for letters in ("abcde", "fgh"))
    models = [BehaviourModel("shop", "web", seen=dict.fromkeys(those, ONCE)) for those in (one, other)]
    assert set(fold(models[0].merge(models[1]).seen)) == {write("/srv/*")}
    assert matches(b"/srv/*", b"/srv/a")
