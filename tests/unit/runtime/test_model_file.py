"""What a model's file says of lives, in this version and in those before it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import Kind
from outrider.runtime import model_file

LIVES = ["0123456789abcdef" * 2, "fedcba9876543210" * 2, "i-not-of-a-supervisor"]
ENTRY = (
    '{"kind": "exec", "program": "/a", "target": "/b", %s"count": 3, '
    '"first": "2026-11-24T01:02:03.000000001Z", "last": "2026-11-24T01:02:04.000000000Z"}'
)
OLD = (
    '{"schema": "outrider.model/%d", "models": [{"workload": "shop", "container": "web", '
    '"image": "sha256:1", "instances": ["0123456789abcdef0123456789abcdef", '
    '"fedcba9876543210fedcba9876543210", "i-not-of-a-supervisor"], "behaviours": [%s]}]}'
)


def model(lives: list[str], entry: list[str]) -> BehaviourModel:
    first, last = 1795482123000000001, 1795482124000000000
    seen = {Behaviour(Kind.EXEC, "/a", "/b"): Seen(3, first, last, lives=frozenset(entry))}
    return BehaviourModel("shop", "web", "sha256:1", seen, frozenset(lives))


@pytest.mark.parametrize(("version", "entry", "said"), [(1, [], ""), (2, LIVES[1:], '"lives": "1-2", ')])
def test_files_of_older_versions_are_read(version: int, entry: list[str], said: str) -> None:
    assert model_file.from_json((OLD % (version, ENTRY % said)).encode()) == (model(LIVES, entry),)


def test_a_file_that_is_written_anew_is_of_this_version_and_says_the_same() -> None:
    old = model_file.from_json((OLD % (2, ENTRY % '"lives": "0,2", ')).encode())
    text = model_file.to_json(old)
    said = json.loads(text)
    assert said["schema"] == "outrider.model/3"
    packed = bytes.fromhex(LIVES[0] + LIVES[1])
    assert base64.b64decode(said["models"][0]["lives"]) == packed
    assert said["models"][0]["instances"] == ["i-not-of-a-supervisor"]
    assert model_file.from_json(text.encode()) == old == (model(LIVES, [LIVES[0], LIVES[2]]),)


@given(
    st.sets(st.binary(min_size=16, max_size=16).map(bytes.hex) | st.text("0aAfF-", max_size=33), max_size=9)
)
def test_lives_of_any_kind_come_back(lives: set[str]) -> None:
    one = model(sorted(lives), sorted(lives)[::2])
    assert model_file.from_json(model_file.to_json([one]).encode()) == (one,)


def test_a_thousand_lives_take_22_kib() -> None:
    lives = [f"{number:032x}" for number in range(1000)]
    assert len(model_file.to_json([model(lives, [])])) < 22 << 10


@pytest.mark.parametrize(
    "lives", ["AAAA", "A", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAA==\\n", "\u00e9"]
)
def test_what_are_no_lives_is_refused(lives: str) -> None:
    text = OLD.replace('"instances"', f'"lives": "{lives}", "instances"') % (3, "")
    with pytest.raises(InvalidInput, match="lives"):
        model_file.from_json(text.encode())
