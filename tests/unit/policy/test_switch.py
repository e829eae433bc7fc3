"""The fleet's switch: what is written is read again, and nothing but our errors for anything else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.policy.signing import UnverifiedPolicy, local, public_key, verify_switch
from outrider.policy.switch import Switch, decode, encode

KEY = bytes(range(32))
U64 = st.integers(0, (1 << 64) - 1)
SWITCHES = st.builds(
    Switch,
    on=st.booleans(),
    counter=U64,
    until=U64,
    text=st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100),
)


@given(SWITCHES)
def test_round_trip(switch: Switch) -> None:
    assert decode(encode(switch)) == (switch, b"")
    assert verify_switch(encode(switch, local(KEY)), public_key(KEY)) == switch


@given(SWITCHES, st.data())
def test_a_changed_byte_does_not_verify(switch: Switch, data: st.DataObject) -> None:
    signed = bytearray(encode(switch, local(KEY)))
    signed[data.draw(st.integers(0, len(signed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((InvalidInput, UnverifiedPolicy)):
        verify_switch(bytes(signed), public_key(KEY))


@given(st.binary(max_size=700) | st.binary(max_size=100).map(lambda rest: b"OUTRSWI1" + rest))
def test_anything_else(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        decode(data)


def test_what_does_not_fit() -> None:
    with pytest.raises(InvalidInput, match="512 bytes"):
        encode(Switch(on=True, counter=1, text="x" * 513))
    with pytest.raises(UnverifiedPolicy, match="not signed"):
        verify_switch(encode(Switch(on=True, counter=1)), public_key(KEY))
