"""The blob of a layer as it streams by: unpacked, measured, capped, and verified at its end.

The first bytes decide how it is compressed, not the media type: so do containerd and docker. The media type
only has to be one of a layer.
"""

import hashlib
from collections.abc import Callable

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import digest as digests
from outrider.scan.image.notes import Notes
from outrider.scan.image.unpack import Gzip, Plain, Unpacker, Zstd

_INPUT = 256 << 10
_OUTPUT = 256 << 10
_LAYERS = (
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
)
_ENDINGS = ("", "+gzip", "+zstd", ".gzip", ".zstd")
_REFUSED = {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x1f\x9d": "compress", b"\x04\x22\x4d\x18": "lz4"}


class LayerStream:
    """The uncompressed bytes of one layer.

    `finish` must be called after the last read: nothing that was read is to be believed before it returned.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        *,
        media_type: str = "",
        digest: str = "",
        size: int = -1,
        diff_id: str = "",
        what: str = "the layer",
        notes: Notes | None = None,
    ) -> None:
        """`read(n)` gives the next bytes of the blob; the other arguments say what it must turn out to be.

        Empty `media_type`, `digest` and `diff_id`, and a negative `size`, ask for nothing. `what` names the
        layer in errors. Raises InvalidInput for a media type that is not of a layer, such as an encrypted
        one.
        """
        check_media_type(media_type, what)
        self._read_blob = read
        self._wanted = (digest, diff_id)
        self._size = size
        self._what = what
        self._notes = notes or Notes()
        self._remarks = Notes()
        """For `notes`, at the end: where between those of its readers they stand must not depend on how far
        ahead this one is."""
        self._packed = hashlib.sha256()
        self._unpacked = hashlib.sha256()
        self._unpacker: Unpacker | None = None
        self._buffer = b""
        self._ended = False
        """The blob has."""
        self._done = False
        self._error: InvalidInput | None = None
        self.compressed = 0
        """Bytes of the blob read so far."""
        self.uncompressed = 0
        """Bytes of the tar it has become so far."""

    def read(self, most: int) -> bytes:
        """The next bytes, at most so many; empty at the end.

        Raises InvalidInput when the blob is damaged, cut short, longer than was said, or a bomb.
        """
        if not self._buffer:
            self._buffer = self._produce()
        piece, self._buffer = self._buffer[:most], self._buffer[most:]
        return piece

    def finish(self) -> None:
        """Read the blob to its end and verify size, digest and diff ID. Raises InvalidInput."""
        while self._produce():
            pass
        for sentence in self._remarks.sentences():
            self._notes.add(sentence)
        digest, diff_id = self._wanted
        if 0 <= self._size != self.compressed:
            raise InvalidInput(f"{self._what} has {self.compressed} bytes, its descriptor says {self._size}")
        self._verify(digest, self._packed.hexdigest(), "its digest")
        self._verify(diff_id, self._unpacked.hexdigest(), "the image's config")

    @property
    def digest(self) -> str:
        """`sha256:…` of the blob read so far."""
        return f"sha256:{self._packed.hexdigest()}"

    @property
    def diff_id(self) -> str:
        """`sha256:…` of the tar read so far."""
        return f"sha256:{self._unpacked.hexdigest()}"

    def _produce(self) -> bytes:
        """The next piece of the tar, counted and hashed; empty at the end. What failed once fails again."""
        if self._error is not None:
            raise self._error
        try:
            piece = self._unpack()
            if self._unpacked is not self._packed:
                self._unpacked.update(piece)
            self.uncompressed += len(piece)
            self._check_bomb()
        except InvalidInput as error:
            self._error = error
            raise
        return piece

    def _unpack(self) -> bytes:
        """The next piece of the tar; empty at the end."""
        if self._unpacker is None:
            self._unpacker = self._recognise()
        piece = b""
        while not piece and not self._done:
            if self._unpacker.hungry and not self._ended:
                blob = self._blob()
                self._ended = not blob
                self._unpacker.feed(blob)
            piece = self._unpacker.take(_OUTPUT)
            if not piece and self._ended:
                self._unpacker.end(self._what, self._remarks)
                self._done = True
        return piece

    def _blob(self) -> bytes:
        """The next bytes of the blob, counted and hashed."""
        blob = self._read_blob(_INPUT)
        self._packed.update(blob)
        self.compressed += len(blob)
        if 0 <= self._size < self.compressed:
            raise InvalidInput(f"{self._what} is longer than the {self._size} bytes of its descriptor")
        return blob

    def _recognise(self) -> Unpacker:
        """The unpacker for the first bytes."""
        head = b""
        while len(head) < 6 and (more := self._blob()):
            head += more
        for magic, name in _REFUSED.items():
            if head.startswith(magic):
                raise InvalidInput(
                    f"{self._what} is compressed with {name}, which layers may not be",
                    hint="build or push the image again with gzip or zstd layers.",
                )
        unpacker: Unpacker
        if head.startswith(b"\x1f\x8b"):
            unpacker = Gzip(self._what)
        elif Zstd.begins(head):
            unpacker = Zstd(self._what)
        else:
            unpacker = Plain()
            self._unpacked = self._packed  # the same bytes: hashed once
        unpacker.feed(head)
        return unpacker

    def _check_bomb(self) -> None:
        """Raise InvalidInput when the tar is over its cap, or far too large for its blob."""
        if self.uncompressed > limits.LAYER_TAR:
            raise InvalidInput(f"{self._what} has more than {limits.LAYER_TAR} bytes uncompressed")
        over = self.uncompressed - limits.LAYER_RATIO_FREE
        if over > 0 and over > self.compressed * limits.LAYER_RATIO:
            raise InvalidInput(
                f"{self._what} looks like a decompression bomb: {self.compressed} bytes became "
                f"{self.uncompressed}"
            )

    def _verify(self, wanted: str, found: str, who: str) -> None:
        """Raise InvalidInput unless a digest is the wanted one."""
        if wanted and digests.check_form(wanted) != f"sha256:{found}":
            raise InvalidInput(
                f"{self._what} has other content than {who} says (wanted {wanted}, got sha256:{found})",
                hint="a broken or dishonest source: do not use this image before you know why.",
            )


def check_media_type(media_type: str, what: str) -> None:
    """Raise InvalidInput when a media type is given and is not that of a layer we can read."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind and kind not in {base + ending for base in _LAYERS for ending in _ENDINGS}:
        raise InvalidInput(
            f"{what} is of the kind {media_type[:100]}, which is not a layer we can read",
            hint="encrypted layers and other artifacts cannot be looked into.",
        )
