"""What a file tells is kept; what tells nothing is not, and is missed by nobody."""

import io
from dataclasses import fields

import pytest

from outrider.model.artifact import Executable
from outrider.model.finding import Secret
from outrider.model.outcome import Failed
from outrider.model.package import Package
from outrider.scan.image import tar
from outrider.scan.image.notes import Notes
from outrider.scan.inventory.extractor import Extractor, Found, Wants
from outrider.scan.walk.contents import FileFacts, Reading
from outrider.scan.walk.interest import compiled
from outrider.scan.walk.layer import read_layer
from outrider.scan.walk.merge import merge
from tests.unit.scan.image.tars import made
from tests.unit.scan.walk.walks import READERS, layer

PACKAGE = Package(type="npm", name="left", version="1", path="/x")
TELLING = {
    "readings": (Reading("node", Found(packages=(PACKAGE,))),),
    "executable": Executable(path="/x", sha256="0" * 64, size=1, mode=0o755),
    "secrets": (Secret(rule="test", title="a test's", path="/x", line=1),),
    "failures": (Failed("/x", "no"),),
    "unsearched": True,
    "entry": "y",
    "hardlink": "y",
}


def test_every_field_is_tried() -> None:
    assert TELLING.keys() == {field.name for field in fields(FileFacts)} - {"path"}


@pytest.mark.parametrize("field", TELLING)
def test_each_field_tells(field: str) -> None:
    assert FileFacts(path="x", **{field: TELLING[field]}).tells  # type: ignore[arg-type]


def test_a_reader_who_found_nothing_tells_nothing() -> None:
    assert not FileFacts(path="x", readings=(Reading("program", Found()), Reading("node", Found()))).tells


def test_what_tells_nothing_is_not_in_the_layer() -> None:
    found = layer({"usr/lib/package.json": b"left 1", "etc/app": b"no SECRET at the beginning"})
    assert [facts.path for facts in found.files] == ["usr/lib/package.json"]


def test_a_link_to_a_file_that_told_nothing_is_not_read_again() -> None:
    quiet = Extractor(
        name="quiet", version=1, wants=Wants(names=frozenset({"q"})), limit=9, read=lambda _: Found()
    )
    interest = compiled((quiet,))
    data = made({"a/q": b"x", "b/q": "../a/q"})
    found = read_layer(tar.entries(io.BytesIO(data).read, Notes()), interest, READERS)
    assert found.files == ()
    assert merge([found], interest).again == ()
