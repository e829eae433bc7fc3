"""One layer: every file is offered to all who want it, once; what cannot be read is told and the rest is."""

import gzip
import hashlib
import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.finding import Secret
from outrider.model.outcome import Failed
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.walk import paths, stored
from outrider.scan.walk.blob import read_blob
from outrider.scan.walk.contents import FileFacts, LayerContents, Link
from outrider.scan.walk.layer import fingerprint, read_layer
from tests.unit.scan.image.tars import END, Pieces, header, made, many, member
from tests.unit.scan.walk.walks import INTEREST, READERS, layer

FINGERPRINT = fingerprint(INTEREST, READERS)
ELF = b"\x7fELF"


def by_path(contents: LayerContents) -> dict[str, FileFacts]:
    return {facts.path: facts for facts in contents.files}


def executable(name: bytes, data: bytes, mode: bytes = b"0004755\0") -> bytes:
    return member(name, data, at_100=mode)


def test_programs_by_mode_and_by_magic() -> None:
    found = by_path(
        layer(
            executable(b"bin/su", ELF + b"su")
            + member(b"lib/x.so", ELF)
            + executable(b"bin/sh", b"#!/bin/dash -e\n")
            + executable(b"bin/empty", b"")
            + member(b"etc/plain", b"#!/bin/sh")
            + END
        )
    )
    assert sorted(found) == ["bin/empty", "bin/sh", "bin/su", "lib/x.so"]
    su = found["bin/su"].executable
    assert su is not None
    assert (su.path, su.mode, su.format) == ("/bin/su", 0o4755, "elf")
    assert su.sha256 == hashlib.sha256(ELF + b"su").hexdigest()
    assert found["bin/su"].readings[0].found.packages[0].name == "su"
    sh = found["bin/sh"].executable
    assert sh is not None
    assert (sh.format, sh.interpreter) == ("script", "/bin/dash")


def test_each_byte_is_read_at_most_once() -> None:
    data = b"SECRET\n" + b"x" * 10_000
    read: list[int] = []
    stream = io.BytesIO(data)

    def take(most: int) -> bytes:
        piece = stream.read(most)
        read.append(len(piece))
        return piece

    entry = Entry(path="a/package.json", kind=EntryKind.FILE, size=len(data), mode=0o755, read=take)
    (facts,) = read_layer([entry], INTEREST, READERS).files
    assert facts.executable is not None
    assert facts.executable.sha256 == hashlib.sha256(data).hexdigest()
    assert len(facts.secrets) == 1
    assert sum(read) == len(data)


def test_files_nobody_wants_are_not_read() -> None:
    def take(most: int) -> bytes:
        raise AssertionError("read")

    entries = [
        Entry(path="a", kind=EntryKind.FILE, read=take),
        Entry(path="b", kind=EntryKind.OTHER, size=9, read=take),
        Entry(path="c", kind=EntryKind.DIRECTORY, mode=0o755, read=take),
    ]
    assert read_layer(entries, INTEREST, READERS).files == ()


def test_a_corrupt_file_is_told_and_the_rest_is_read() -> None:
    found = layer({"a/package.json": b"!", "b/package.json": b"left-pad 1.0", "c/package.json": b"half 0"})
    assert found.failure is None
    facts = by_path(found)
    assert facts["a/package.json"].failures == (Failed("/a/package.json", "the file is damaged"),)
    assert facts["b/package.json"].readings[0].found.packages[0].name == "left-pad"
    assert facts["c/package.json"].failures == (Failed("/c/package.json", "half of it is missing"),)
    assert facts["c/package.json"].readings[0].found.packages


def test_a_file_over_an_extractors_limit_is_told() -> None:
    (facts,) = layer({"a/package.json": b"x" * 101}).files
    assert facts.readings == ()
    assert facts.failures == (Failed("/a/package.json", "has 101 bytes, more than the 100 that node reads"),)


def test_large_programs_stream_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROGRAM_WHOLE", 10_000)
    big = ELF + b"big   " + b"SECRET" + b"x" * (2 << 20)
    (facts,) = layer(executable(b"bin/big", big) + END).files
    assert facts.executable is not None
    assert facts.executable.sha256 == hashlib.sha256(big).hexdigest()
    assert [p.name for r in facts.readings for p in r.found.packages] == ["big"]
    assert facts.failures == (Failed("/bin/big", "too large a program to search for secrets"),)
    text = b"SECRET1\n" * 3000
    (facts,) = layer(executable(b"bin/text", text) + END).files
    assert facts.executable is not None
    assert facts.executable.sha256 == hashlib.sha256(text).hexdigest()
    assert len(facts.secrets) == 3000


def test_a_search_that_stops_early_does_not_spoil_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROGRAM_WHOLE", 100)

    def first_only(path: str, chunks: Iterable[bytes]) -> tuple[Secret, ...]:
        next(iter(chunks))
        return ()

    data = b"SECRET" * 100_000
    (facts,) = layer(executable(b"x", data) + END, replace(READERS, secrets=first_only)).files
    assert facts.executable is not None
    assert facts.executable.sha256 == hashlib.sha256(data).hexdigest()


def test_hard_links_are_the_file_under_another_name() -> None:
    found = by_path(
        layer(
            executable(b"bin/one", ELF + b"one")
            + header(b"bin/two", kind=b"1", link=b"bin/one")
            + member(b"a/package.json", b"x 1")
            + header(b"b/package.json", kind=b"1", link=b"a/package.json")
            + header(b"c/package.json", kind=b"1", link=b"unknown")
            + header(b"d", kind=b"1", link=b"unknown")
            + END
        )
    )
    two = found["bin/two"]
    assert two.executable is not None
    assert two.executable.path == two.readings[0].found.packages[0].path == "/bin/two"
    assert found["b/package.json"].readings[0].found.packages[0].path == "/b/package.json"
    assert found["c/package.json"].hardlink == "unknown"
    assert "d" not in found


def test_the_last_entry_of_a_name_counts() -> None:
    twice = made({"a/package.json": b"old 1"})[:-1024].rstrip(b"\0")
    twice += bytes(-len(twice) % 512) + made({"a/package.json": b"new 2", "l": "-> x"})
    assert [p.name for f in layer(twice).files for r in f.readings for p in r.found.packages] == ["new"]
    gone = (
        header(b"a/b/package.json", size=3) + b"x 1" + bytes(509) + header(b"a", kind=b"2", link=b"c") + END
    )
    assert layer(gone).files == ()
    assert layer(gone).links == (Link("a", "c"),)


def test_whiteouts_are_marks_in_layers_and_files_elsewhere() -> None:
    marks = {"a/.wh.b": b"", ".wh.c": b"", "d/.wh..wh..opq": b"", "e/.wh..wh.plnk": b"", ".wh...": b""}
    found = layer(dict(marks))
    assert found.whiteouts == paths.digest("a/b") + paths.digest("c")
    assert found.opaque == paths.digest("d")
    assert (found.plain, found.notes) == (b"", ("/.wh...: a whiteout of nothing",))
    entries = [Entry(path=path, kind=EntryKind.FILE) for path in marks]
    assert len(read_layer(entries, INTEREST, READERS, whiteouts=False).plain) == 8 * len(marks)


def test_a_layer_that_breaks_off_keeps_what_came_before() -> None:
    found = layer(made({"a/package.json": b"x 1", "b": b"y" * 5000})[:2048])
    assert [(facts.path, len(facts.failures)) for facts in found.files] == [("a/package.json", 0), ("b", 1)]
    assert found.failure is not None
    assert "/b" in found.failure.error


def test_caps_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, word in (("LAYER_FILES", "files of interest"), ("LAYER_FACTS", "packages and secrets")):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, 3)
            found = layer({f"{n}/package.json": b"x 1" for n in range(5)})
        assert len(found.files) == 3
        assert found.failure is not None
        assert word in found.failure.error
        assert found.failure.error.endswith("2 were left out")
    monkeypatch.setattr(limits, "LAYER_LINKS", 2)
    found = layer({f"{n}": "-> x" for n in range(5)})
    assert found.failure is not None
    assert "links" in found.failure.error


def test_replacing_directories_again_and_again_is_not_quadratic() -> None:
    def entries() -> Iterable[Entry]:
        for number in range(5_000):
            yield Entry(path=f"keep/{number}", kind=EntryKind.FILE, mode=0o755)
        for _ in range(5_000):
            yield Entry(path="a/b/c/x", kind=EntryKind.FILE, mode=0o755)
            yield Entry(path="a", kind=EntryKind.FILE)

    assert len(read_layer(entries(), INTEREST, READERS).files) == 5_000


def blob(data: bytes, **said: object) -> LayerContents:
    return read_blob(io.BytesIO(data).read, INTEREST, READERS, what="layer 3", **said)  # type: ignore[arg-type]


class Ahead:
    """A reader that has read everything before anybody asks, and notes that it was left."""

    left = 0

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._stream = io.BytesIO(b"".join(iter(lambda: read(1000), b"")))

    def __enter__(self) -> io.BytesIO:
        return self._stream

    def __exit__(self, *error: object) -> None:
        Ahead.left += 1


def test_reading_ahead_changes_nothing() -> None:
    data = gzip.compress(made({"a/package.json": b"x 1", "b/../package.json": b"y 2"})) + b"rubbish"
    before = Ahead.left
    assert blob(data, ahead=Ahead) == blob(data)
    assert Ahead.left == before + 1
    assert blob(data).notes


def test_a_blob_is_believed_only_if_it_is_the_right_one() -> None:
    tar = made({"a/package.json": b"x 1"})
    data = gzip.compress(tar)
    diff_id = f"sha256:{hashlib.sha256(tar).hexdigest()}"
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    right = blob(data, digest=digest, diff_id=diff_id, size=len(data))
    assert (right.digest, right.diff_id, right.size, right.failure) == (digest, diff_id, len(data), None)
    assert len(right.files) == 1
    for wrong in (
        blob(data, diff_id=digest),
        blob(data, digest=diff_id),
        blob(data[:-9]),
        blob(data, size=3),
    ):
        assert wrong.files == ()
        assert wrong.failure is not None
        assert "layer 3" in wrong.failure.error


def test_a_damaged_tar_in_the_right_blob_is_read_as_far_as_it_goes() -> None:
    tar = made({"a/package.json": b"x 1"})[:1024] + b"junk" * 500
    found = blob(gzip.compress(tar), diff_id=f"sha256:{hashlib.sha256(tar).hexdigest()}")
    assert len(found.files) == 1
    assert found.failure is not None


def test_stored_and_loaded_is_the_same() -> None:
    found = layer(
        executable(b"bin/\xff", ELF + b"x")
        + member(b"etc/os-release", b"debian 12")
        + member(b"var/lib/dpkg/info/x.list", b"/bin/x\n/bin/y")
        + member(b"s", b"SECRET")
        + member(b"package.json", b"!")
        + header(b"l", kind=b"2", link=b"\xfe")
        + header(b"a/.wh.b")
    )
    assert found.files
    assert stored.load(stored.dump(found), FINGERPRINT) == found
    assert stored.dump(stored.load(stored.dump(found), FINGERPRINT)) == stored.dump(found)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own


def test_stored_by_other_extractors_is_not_used() -> None:
    with pytest.raises(InvalidInput, match="other extractors"):
        stored.load(stored.dump(layer({})), "else")
    with pytest.raises(InvalidInput, match="format"):
        stored.load(stored.dump(layer({})).replace(b'"format":1', b'"format":2'), FINGERPRINT)


@given(st.data())
def test_damaged_documents_are_our_error(data: st.DataObject) -> None:
    document = bytearray(stored.dump(layer({"a/package.json": b"x 1", "s": b"SECRET", "l": "-> x"})))
    for _ in range(data.draw(st.integers(1, 3))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(32, 126))
    try:
        assert isinstance(stored.load(bytes(document), FINGERPRINT), LayerContents)
    except InvalidInput as error:
        assert error.message


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"[" * 100_000, b"{}", b"\xff", b'{"format":1,"layer":{"plain":"QQ=="}}']
)
def test_nonsense_is_our_error(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        stored.load(data, FINGERPRINT)


def test_a_hundred_thousand_empty_files() -> None:
    found = read_blob(Pieces(many(100_000)).read, INTEREST, READERS)
    assert (found.entries, len(found.plain), found.files, found.failure) == (100_000, 800_000, (), None)
