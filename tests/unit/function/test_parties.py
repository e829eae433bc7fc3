"""Runtime and extensions as state machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.function.parties import Extension, NotAllowed, Runtime

RUNTIME_ACTS = (
    "next",
    "released",
    "restore next",
    "init error",
    "restore error",
    "response",
    "error",
    "sent",
)
EXTENSION_ACTS = ("register", "next", "released", "init error", "exit error")


def after(party: Runtime | Extension, *acts: str) -> str:
    for act in acts:
        party.does(act)
    return party.state


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (("next", "released", "response", "sent", "next"), "Ready"),
        (("next", "released", "next", "error", "sent"), "ResponseSent"),
        (("next", "next", "released", "released"), "Running"),
        (("init error",), "InitError"),
        (("restore next", "released", "next"), "Ready"),
        (("restore next", "released", "restore error"), "RestoreError"),
    ],
)
def test_the_ways_of_a_runtime(acts: tuple[str, ...], state: str) -> None:
    assert after(Runtime(), *acts) == state


def test_a_response_without_an_event() -> None:
    with pytest.raises(NotAllowed) as caught:
        Runtime().does("response")
    assert str(caught.value) == (
        "State transition from Started to InvocationResponse failed for runtime. "
        "Error: State transition is not allowed"
    )


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (("register", "next", "released", "next"), "Ready"),
        (("register", "init error", "init error"), "InitError"),
        (("register", "next", "exit error", "exit error"), "ExitError"),
    ],
)
def test_the_ways_of_an_extension(acts: tuple[str, ...], state: str) -> None:
    assert after(Extension("x", external=True), *acts) == state


def test_next_before_registration() -> None:
    extension = Extension("x", external=True)
    with pytest.raises(NotAllowed, match=f"from Started to Ready failed for extension {extension.id}"):
        extension.does("next")


@given(st.lists(st.sampled_from(RUNTIME_ACTS)), st.lists(st.sampled_from(EXTENSION_ACTS)))
def test_what_is_not_allowed_changes_nothing(runtime_acts: list[str], extension_acts: list[str]) -> None:
    for party, acts in ((Runtime(), runtime_acts), (Extension("x", external=False), extension_acts)):
        for act in acts:
            before = party.state
            try:
                party.does(act)
            except NotAllowed:
                assert party.state == before
