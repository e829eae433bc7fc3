"""Where lists of programs lie: a note that leads to another list, or to none, is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.artifact import Contents, Executable, Kind
from outrider.model.outcome import Failed
from outrider.policy import program_places, programs
from outrider.policy.program_places import Place
from outrider.policy.programs import Program, ProgramList

IMAGE = "sha256:" + "ab" * 32
LISTED = ProgramList(IMAGE, (Program("/bin/sh", "11" * 32, 0o755), Program("/bin/su", "22" * 32, 0o4755)))
DATA = programs.dump(LISTED)
DIGEST = programs.digest(DATA)
FOUND = Contents(
    kind=Kind.IMAGE,
    name="shop",
    digest=IMAGE,
    executables=tuple(
        Executable(path=one.path, sha256=one.sha256, size=1, mode=one.mode) for one in LISTED.programs
    ),
)


def test_keys() -> None:
    place = program_places.parse("s3://guard/a/b/{digest}")
    assert place == Place("guard", "a/b/")
    assert place.of_list(DIGEST) == f"a/b/{DIGEST}"
    assert place.of_image(IMAGE) == f"a/b/images/{'ab' * 32}"
    with pytest.raises(InvalidInput):
        place.of_image("sha256:../../x")


def test_from_contents_through_a_note_to_the_list() -> None:
    assert programs.of_contents(FOUND) == LISTED
    assert program_places.read_note(program_places.note(DIGEST)) == DIGEST
    assert program_places.read_list(DATA, DIGEST, IMAGE) == LISTED


@pytest.mark.parametrize(
    ("data", "digest", "image", "said"),
    [
        (DATA + b" ", DIGEST, IMAGE, "not what was noted"),
        (DATA, "1" * 64, IMAGE, "not what was noted"),
        (DATA, DIGEST, "sha256:" + "cd" * 32, "of another image"),
        (b"{}", programs.digest(b"{}"), IMAGE, "none of schema"),
    ],
)
def test_another_list_is_refused(data: bytes, digest: str, image: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        program_places.read_list(data, digest, image)


def test_contents_that_give_no_list() -> None:
    of_a_layer = Failed("layer 1 (sha256:ab…)", "it was cut short")
    with pytest.raises(InvalidInput, match="layer 1"):
        programs.of_contents(_with(outcomes=(of_a_layer,)))
    assert programs.of_contents(_with(outcomes=(Failed("/app/package-lock.json", "no JSON"),))) == LISTED
    for changed in (_with(kind=Kind.FUNCTION), _with(executables=()), _with(digest="latest")):
        with pytest.raises(InvalidInput):
            programs.of_contents(changed)


def _with(**changes: object) -> Contents:
    fields = {name: getattr(FOUND, name) for name in Contents.__slots__}
    return Contents(**{**fields, **changes})


def test_a_list_that_nobody_would_take_is_not_written() -> None:
    long = tuple(Program("/" + "x" * 4000 + str(place), "11" * 32, 0o755) for place in range(1100))
    with pytest.raises(InvalidInput, match="is the most"):
        programs.dump(ProgramList(IMAGE, long))


@given(st.binary(max_size=200))
def test_anything_else(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        program_places.read_note(data)
    with contextlib.suppress(InvalidInput):
        program_places.read_list(data, programs.digest(data), IMAGE)
