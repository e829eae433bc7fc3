"""What a model knows, and what it does not although it looks like it."""

import pytest
from hypothesis import given

from outrider.model.behaviour import Behaviour
from outrider.model.event import Event, Kind
from outrider.runtime.behaviours import behaviour_of
from outrider.runtime.detectors.known import is_known
from runtime.detectors.making import made
from runtime.test_wire import EVENTS

APP = "/usr/bin/app"


def _known(*behaviours: Behaviour) -> frozenset[Behaviour]:
    return frozenset(behaviours)


@given(EVENTS)
def test_what_was_learned_is_known(event: Event) -> None:
    learned = behaviour_of(event)
    assert not is_known(frozenset(), event)
    if learned:
        assert is_known(_known(learned), event)


@pytest.mark.parametrize(
    ("behaviour", "event"),
    [
        (
            Behaviour(Kind.CONNECT, APP, "", "inet", "tcp", "10.0.0.0/16", "1-100"),
            made(Kind.CONNECT, program=APP, peer=("tcp", "10.0.9.1", 22)),
        ),
        (
            Behaviour(Kind.CONNECT, APP, protocol="tcp", ports="443", name="*.example.com"),
            made(Kind.CONNECT, program=APP, peer=("tcp", "192.0.2.1", 443), name="a.Example.com."),
        ),
        (Behaviour(Kind.WRITE, APP, "/data/**"), made(Kind.WRITE, "/data/a/b", program=APP)),
        (Behaviour(Kind.WRITE, "/opt/*/app", "/data/*"), made(Kind.WRITE, "/data/a", program="/opt/7/app")),
        (Behaviour(Kind.RESOLVE, "", name="*.example.com"), made(Kind.RESOLVE, "x.example.com")),
        (
            Behaviour(Kind.CONNECT, APP, "/run/*.sock", "unix"),
            made(Kind.CONNECT, program=APP, peer=("any", "/run/docker.sock", 0)),
        ),
        (
            Behaviour(Kind.BIND, APP, "", "inet", "tcp", "0.0.0.0/0", "80"),
            made(Kind.BIND, program=APP, peer=("tcp", "::", 80)),
        ),
    ],
)
def test_patterns_networks_and_names(behaviour: Behaviour, event: Event) -> None:
    assert is_known(_known(behaviour), event)


@pytest.mark.parametrize(
    ("behaviour", "event"),
    [
        (
            Behaviour(Kind.CONNECT, APP, "", "inet", "tcp", "10.0.0.0/16", "1-100"),
            made(Kind.CONNECT, program=APP, peer=("tcp", "10.1.9.1", 22)),
        ),
        (
            Behaviour(Kind.CONNECT, APP, "", "inet", "tcp", "10.0.0.0/16", "1-100"),
            made(Kind.CONNECT, program=APP, peer=("udp", "10.0.9.1", 22)),
        ),
        (
            Behaviour(Kind.CONNECT, APP, "", "inet", "tcp", "10.0.0.0/16", "x"),
            made(Kind.CONNECT, program=APP, peer=("tcp", "10.0.9.1", 22)),
        ),
        (
            Behaviour(Kind.CONNECT, APP, protocol="tcp", ports="443", name="*.example.com"),
            made(Kind.CONNECT, program=APP, peer=("tcp", "192.0.2.1", 443)),
        ),
        (Behaviour(Kind.WRITE, APP, "/data/*"), made(Kind.WRITE, "/data/a/b", program=APP)),
        (Behaviour(Kind.WRITE, APP, "/data/**"), made(Kind.WRITE, "/data/a", program="/tmp/app")),
        (Behaviour(Kind.EXEC, APP, "/data/**"), made(Kind.WRITE, "/data/a", program=APP)),
        (
            Behaviour(Kind.CONNECT, APP, "", "inet", "tcp", "0.0.0.0/0", "0-65535"),
            made(Kind.CONNECT, program=APP, peer=("tcp", "/run/docker.sock", 0)),
        ),
        (
            Behaviour(Kind.BIND, APP, "", "inet", "tcp", "127.0.0.1/32", "80"),
            made(Kind.BIND, program=APP, peer=("tcp", "::1", 80)),
        ),
    ],
)
def test_what_only_looks_like_it(behaviour: Behaviour, event: Event) -> None:
    assert not is_known(_known(behaviour), event)
