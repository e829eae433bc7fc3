"""From a layer's blob to its contents: unpacked, walked, verified. Other digests are not believed."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Protocol

from outrider.errors import InvalidInput
from outrider.model.outcome import Failed
from outrider.scan.image import tar
from outrider.scan.image.compression import LayerStream
from outrider.scan.image.notes import Notes
from outrider.scan.walk import layer
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.crew import Crew
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.readers import Readers

Wanted = Mapping[str, tuple[str, ...]]


class Reader(Protocol):
    """What gives bytes."""

    def read(self, most: int, /) -> bytes:
        """The next bytes, at most so many; empty at the end."""


Ahead = Callable[[Callable[[int], bytes]], AbstractContextManager[Reader]]
"""Makes, of a function that gives the next bytes, a reader that calls it ahead of time. When it is left, it
calls it no more."""


def read_blob(
    read: Callable[[int], bytes],
    interest: Interest,
    readers: Readers,
    *,
    media_type: str = "",
    digest: str = "",
    size: int = -1,
    diff_id: str = "",
    what: str = "the layer",
    again: Wanted | None = None,
    ahead: Ahead | None = None,
    crew: Crew | None = None,
) -> LayerContents:
    """Read a layer from its blob, of which `read(n)` gives the next bytes.

    `media_type`, `digest`, `size` and `diff_id` say what it must be, as `LayerStream` takes them. `again`:
    only these files, as `layer.read_again` takes them. `ahead`: unpacks and hashes while the tar is walked;
    the answer is the same. `crew`: as `layer.read_layer` takes it. Never raises InvalidInput of its own: a
    layer that is damaged comes with a `failure`, and one that has another digest with a `failure` and
    nothing else.
    """
    notes, unpacking = Notes(), Notes()  # apart: two threads may write them, and their order must not tell
    try:
        stream = LayerStream(
            read, media_type=media_type, digest=digest, size=size, diff_id=diff_id, what=what, notes=unpacking
        )
        with ahead(stream.read) if ahead else nullcontext(stream) as reader:
            entries = tar.entries(reader.read, notes)
            if again is None:
                found = layer.read_layer(entries, interest, readers, notes=notes, what=what, crew=crew)
            else:
                found = layer.read_again(entries, interest, readers, again, what=what)
        stream.finish()
    except InvalidInput as error:
        return LayerContents(
            fingerprint=layer.fingerprint(interest, readers), failure=Failed(what, error.message, error.hint)
        )
    return replace(
        found,
        notes=(*notes.sentences(), *unpacking.sentences()),
        digest=stream.digest,
        diff_id=stream.diff_id,
        size=stream.compressed,
    )
