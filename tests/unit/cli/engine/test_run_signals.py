import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.cli.engine.signals import number


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("SIGTERM", 15),
        ("quit", 3),
        ("SIGRTMIN+3", signal.SIGRTMIN + 3),
        ("9", 9),
        ("SIGNONSENSE", 15),
        ("0", 15),
        ("999", 15),
        ("", 15),
    ],
)
def test_names_and_numbers(name: str, wanted: int) -> None:
    assert number(name) == wanted


@given(st.text(max_size=12))
def test_any_text_gives_a_signal(name: str) -> None:
    assert 0 < number(name) <= signal.SIGRTMAX
