"""Which modules a hook reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.cli.layers.closure import import_closure
from outrider.errors import EnvironmentFault, InvalidInput


def test_own_modules_are_followed_and_others_named() -> None:
    sources = {
        "start": b"import os.path, a\nfrom b import x\nif 0:\n    from . import c\n",
        "a": b"from .d import y\nimport sys",
        "b": b"import start",
        "c": b"",
        "d": b"def f():\n    import requests.api\n",
        "apart": b"import boto3",
    }
    assert import_closure(sources, "start") == (["a", "b", "c", "d", "start"], {"os", "sys", "requests"})


def test_no_start_and_no_python() -> None:
    with pytest.raises(EnvironmentFault):
        import_closure({}, "start")
    with pytest.raises(InvalidInput, match=r"start\.py is no Python"):
        import_closure({"start": b"def"}, "start")


@given(st.binary(max_size=200))
def test_whatever_the_source_it_is_a_closure_or_refused(source: bytes) -> None:
    try:
        reached, _ = import_closure({"start": source, "a": b""}, "start")
    except InvalidInput:
        return
    assert "start" in reached
