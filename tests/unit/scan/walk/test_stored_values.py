"""Values of the model as stored documents: what comes out is what went in, or an error of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.artifact import Contents, Kind
from outrider.model.image import ImageConfig
from outrider.model.outcome import Covered
from outrider.model.package import Package, Release
from outrider.scan.walk import stored

CONTENTS = Contents(
    kind=Kind.IMAGE,
    name="shop",
    release=Release(id="debian", version="12"),
    config=ImageConfig(env=("A",), os="linux"),
    labels=(("a", "b"),),
    healthcheck=True,
    packages=(Package(type="deb", name="lamp", version="1"),),
)


def test_contents_come_back_equal() -> None:
    assert stored.decode(Contents, stored.encode(CONTENTS)) == CONTENTS


def test_another_kind_of_value_is_refused() -> None:
    with pytest.raises(InvalidInput):
        stored.decode(Contents, stored.encode(Covered("x")))


@given(st.binary(max_size=80) | st.from_regex(rb'\{"format": 1, "value": .{0,40}\}', fullmatch=True))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        stored.decode(Contents, data)


@given(st.sampled_from(sorted(json.loads(stored.encode(CONTENTS))["value"])), st.data())
def test_any_value_in_any_field_is_refused_or_read(name: str, data: st.DataObject) -> None:
    document = json.loads(stored.encode(CONTENTS))
    document["value"][name] = data.draw(
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers())
    )
    try:
        found = stored.decode(Contents, json.dumps(document).encode())
    except InvalidInput:
        return
    assert isinstance(found, Contents)
