"""A layer that others help to read is the same layer, whoever is how fast."""

import io
import random
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.scan.image import tar
from outrider.scan.image.notes import Notes
from outrider.scan.walk import crew as walk_crew
from outrider.scan.walk import stored
from outrider.scan.walk.blob import Reader, read_blob
from outrider.scan.walk.contents import FileFacts
from outrider.scan.walk.crew import Answer
from outrider.scan.walk.layer import read_layer
from outrider.scan.walk.look import Work, look
from tests.unit.scan.walk.walks import INTEREST, READERS

names = st.sampled_from(["a", "b", "c", "package.json", "usr/lib/os-release", ".wh.a", "c/.wh..wh..opq"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
contents = st.sampled_from([b"!", b"\x7fELF tool", b"SECRET one", b"left 1.0", b"x 0", b"#!/bin/sh x"])
kinds = st.sampled_from([tarfile.REGTYPE] * 6 + [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE])
members = st.lists(st.tuples(paths, kinds, contents, paths), max_size=40)


class Later:
    """Facts that are said to be ready only when somebody waits for them, or at once."""

    def __init__(self, files: Sequence[Work], ready: bool) -> None:
        self.facts = [look(file, INTEREST, READERS) for file in files]
        self._ready = ready

    def ready(self) -> bool:
        return self._ready

    def get(self) -> Sequence[FileFacts]:
        return self.facts


class Whims:
    """A crew that is free, slow and busy by chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable
        self.took = 0

    def offer(self, files: Sequence[Work]) -> Answer | None:
        mood = self.random.randrange(3)
        self.took += mood < 2
        return Later(files, ready=mood == 1) if mood < 2 else None


def archive(entries: list[tuple[str, bytes, bytes, str]]) -> bytes:
    """A tar of these."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for path, kind, content, link in entries:
            info = tarfile.TarInfo(path)
            info.type, info.mode = kind, 0o755 if content.startswith(b"#!") else 0o644
            info.linkname = link if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            made.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def document(data: bytes, crew: Whims | None) -> bytes:
    """The layer as it is stored."""
    notes = Notes()
    entries = tar.entries(io.BytesIO(data).read, notes)
    return stored.dump(read_layer(entries, INTEREST, READERS, notes=notes, crew=crew))


@given(members, st.integers(), st.integers(1, 5), st.booleans())
def test_the_same_bytes_with_and_without_a_crew(
    entries: list[tuple[str, bytes, bytes, str]], seed: int, batch: int, cut: bool
) -> None:
    data = archive(entries)
    data = data[: len(data) // 3] if cut else data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk_crew, "_BATCH", batch)
        patch.setattr(walk_crew, "_LAG", batch * 4)
        assert document(data, Whims(seed)) == document(data, None)


def test_a_crew_is_asked_at_all() -> None:
    crew = Whims(0)
    document(archive([(f"{n}/package.json", tarfile.REGTYPE, b"left 1.0", "") for n in range(500)]), crew)
    assert crew.took > 0


def test_whoever_reads_ahead_changes_nothing() -> None:
    data = archive([("package.json", tarfile.REGTYPE, b"left 1.0", ""), ("x", tarfile.DIRTYPE, b"", "")])

    @contextmanager
    def ahead(read: Callable[[int], bytes]) -> Iterator[Reader]:
        whole = b"".join(iter(lambda: read(100), b""))
        yield io.BytesIO(whole)

    plain = read_blob(io.BytesIO(data).read, INTEREST, READERS)
    assert read_blob(io.BytesIO(data).read, INTEREST, READERS, ahead=ahead) == plain
    assert plain.failure is None
    assert plain.files
