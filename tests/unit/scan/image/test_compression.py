"""A layer's blob: unpacked exactly, verified at its end, and never larger in memory than a few pieces."""

import gzip
import hashlib
import io
import tracemalloc
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image.compression import LayerStream
from outrider.scan.image.notes import Notes
from tests.unit.scan.image.tars import Pieces

OCI = "application/vnd.oci.image.layer.v1.tar"
DOCKER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
pieces = st.lists(st.binary(max_size=2000) | st.just(b"ab" * 150_000), max_size=3)


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def unpacked(blob: bytes, step: int = 1 << 20, notes: Notes | None = None, **said: str | int) -> bytes:
    file = io.BytesIO(blob)
    stream = LayerStream(lambda most: file.read(min(most, step)), notes=notes, **said)  # type: ignore[arg-type]
    found = b"".join(iter(lambda: stream.read(100_000), b""))
    stream.finish()
    assert (stream.compressed, stream.uncompressed) == (len(blob), len(found))
    assert (stream.digest, stream.diff_id) == (digest(blob), digest(found))
    return found


def refused(blob: bytes, **said: str | int) -> str:
    with pytest.raises(InvalidInput) as caught:
        unpacked(blob, **said)
    return str(caught.value)


@settings(max_examples=60)
@given(pieces, st.sampled_from([99, 1000, 4097, 1 << 20]), st.sampled_from(["plain", "gzip", "zstd"]))
def test_any_number_of_members_cut_anywhere(parts: list[bytes], step: int, form: str) -> None:
    tar = b"\0".join([b"tar", *parts])
    if form == "plain":
        assert unpacked(tar, step) == tar
    elif form == "gzip":
        assert unpacked(b"".join(gzip.compress(p) for p in [b"tar", *parts]), step) == b"".join(
            [b"tar", *parts]
        )
    else:
        skippable = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
        blob = skippable + b"".join(zstandard.compress(p) for p in [b"tar", *parts]) + skippable
        assert unpacked(blob, step) == b"".join([b"tar", *parts])


def test_everything_said_is_verified() -> None:
    tar = b"some tar" * 1000
    for blob in (tar, gzip.compress(tar), zstandard.compress(tar)):
        right = {"digest": digest(blob), "size": len(blob), "diff_id": digest(tar)}
        assert unpacked(blob, media_type=OCI, **right) == tar
        for wrong in ({"digest": digest(b"")}, {"diff_id": digest(b"")}):
            assert "other content" in refused(blob, **(right | wrong))
        assert "longer than" in refused(blob, **(right | {"size": len(blob) - 1}))
        assert "its descriptor says" in refused(blob, **(right | {"size": len(blob) + 1}))
        assert "not a sha256 digest" in refused(blob, **(right | {"digest": "md5:1"}))


def test_the_blob_is_read_to_its_end_though_the_reader_stopped() -> None:
    blob = gzip.compress(b"x" * 3_000_000)
    stream = LayerStream(io.BytesIO(blob).read, digest=digest(blob), diff_id=digest(b"x" * 3_000_000))
    stream.read(10)
    stream.finish()


@pytest.mark.parametrize("media_type", ["", OCI, OCI + "+gzip", OCI + "+zstd", DOCKER, DOCKER + "; x=y"])
def test_the_first_bytes_decide_not_the_media_type(media_type: str) -> None:
    assert unpacked(gzip.compress(b"tar"), media_type=media_type) == b"tar"


@pytest.mark.parametrize(
    "media_type", [OCI + "+gzip+encrypted", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"]
)
def test_what_is_no_layer_is_refused(media_type: str) -> None:
    assert "not a layer" in refused(b"", media_type=media_type)


@pytest.mark.parametrize("head", [b"BZh91AY", b"\xfd7zXZ\0\0", b"\x1f\x9d\x90xxx"])
def test_other_compressions_are_named(head: bytes) -> None:
    assert "compressed with" in refused(head)


def test_what_follows_a_gzip_stream_is_left_out_and_told() -> None:
    for rest in (b"\0", b"junk" * 100_000):
        notes = Notes()
        assert unpacked(gzip.compress(b"tar") + rest, notes=notes) == b"tar"
        assert notes.sentences() == (f"{len(rest)} bytes behind the end of the gzip stream: left out",)


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_cut_short_or_damaged_is_our_error(compress: object) -> None:
    blob = compress(b"".join(b"%d " % n for n in range(20_000)))  # type: ignore[operator]
    for end in (5, 12, len(blob) // 2, len(blob) - 1):
        assert "middle of its" in refused(blob[:end])
    damaged = bytearray(blob)
    damaged[len(blob) // 2] ^= 0xFF
    refused(bytes(damaged), digest=digest(blob))  # a zstd frame need not have a checksum of its own


def test_junk_behind_a_zstd_frame_is_our_error() -> None:
    assert "damaged" in refused(zstandard.compress(b"tar") + b"junkjunkjunk")


def test_a_failure_stays() -> None:
    stream = LayerStream(io.BytesIO(gzip.compress(b"tar" * 9999)[:-30]).read)
    for _ in range(3):
        with pytest.raises(InvalidInput, match="middle of its gzip"):
            while stream.read(1 << 20):
                pass
    with pytest.raises(InvalidInput, match="middle of its gzip"):
        stream.finish()


def bomb(form: str) -> bytes:
    """64 MiB of zeros, again and again."""
    if form == "gzip":
        return gzip.compress(bytes(64 << 20))
    whole = 128 << 10 << 3  # a block header's size field, in front of its type and the mark of the last one
    run_length = 1 << 1
    frame = b"\x28\xb5\x2f\xfd\x00\x58" + ((whole | run_length).to_bytes(3, "little") + b"\0") * 512
    return frame + (run_length | 1).to_bytes(3, "little") + b"\0"


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_bombs_are_stopped_in_bounded_memory(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LAYER_RATIO_FREE", 32 << 20)
    endless = Pieces(iter([bomb(form)] * 10_000))
    stream = LayerStream(endless.read, what="layer 7")
    tracemalloc.start()
    with pytest.raises(InvalidInput, match="layer 7 looks like a decompression bomb"):
        while stream.read(1 << 20):
            pass
    assert tracemalloc.get_traced_memory()[1] < 100 << 20
    tracemalloc.stop()
    assert stream.uncompressed < 200 << 20


def test_a_layer_larger_than_any_task_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LAYER_TAR", 1000)
    assert "more than 1000 bytes" in refused(bytes(1001))


def test_a_window_larger_than_we_give_is_refused() -> None:
    huge = b"\x28\xb5\x2f\xfd\x00" + bytes([20 << 3]) + b"\x01\0\0"
    assert "damaged" in refused(huge)


@given(st.sampled_from([b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b""]), st.binary(max_size=300))
def test_nonsense_is_our_error_or_a_tar(head: bytes, data: bytes) -> None:
    try:
        unpacked(head + data)
    except InvalidInput as error:
        assert error.message


def test_an_empty_member_after_another() -> None:
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"") * 3 + gzip.compress(b"b")) == b"ab"
    assert unpacked(zlib.compress(b"a", wbits=31) + gzip.compress(b"")) == b"a"
