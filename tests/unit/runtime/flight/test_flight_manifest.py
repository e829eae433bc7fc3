"""Manifests: there and back, and what is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput, OutriderError, UsageError
from outrider.runtime.flight import sealed
from outrider.runtime.flight.sealed import Seal, SealedFile

FILE = SealedFile("00000001.flight", 10, "aa" * 32, "00" * 32, "bb" * 32)
SEAL = Seal(1, "incident-1", "web", "5a" * 16, 1, 2, 3, (FILE,))


def test_there_and_back() -> None:
    assert sealed.parse(SEAL.encode()) == SEAL
    said = json.loads(SEAL.encode())
    assert said["schema"] == "outrider.sealed/1"
    assert (said["head"], said["tail"]) == (FILE.head, FILE.tail)


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "outrider.sealed/2"},
        {"files": []},
        {"files": [{"name": "../../etc/passwd", "size": 1, "sha256": "", "head": "", "tail": ""}]},
        {"files": "x"},
        {"number": "one"},
        {"tail": "cc" * 32},
        {"mood": "good"},
    ],
)
def test_what_is_no_manifest_is_refused(changes: dict[str, object]) -> None:
    said = json.loads(SEAL.encode()) | changes
    with pytest.raises(InvalidInput):
        sealed.parse(json.dumps(said, indent=2).encode() + b"\n")


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_any_bytes_give_a_seal_or_our_error(data: bytes) -> None:
    with pytest.raises(OutriderError):
        sealed.parse(data)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-a", "a b", "x" * 129, "ä", "a\n"])
def test_names_that_are_no_directory_of_ours(name: str) -> None:
    with pytest.raises(UsageError):
        sealed.check_name(name)
