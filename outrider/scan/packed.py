"""Documents of ours as one zstd frame that says its size, and back, under a cap and believing nothing."""

import zstandard

from outrider.errors import InvalidInput

LEVEL = 3
"""What more saves is seldom worth its time."""


def pack(data: bytes, level: int = LEVEL) -> bytes:
    """Compress; the same data gives the same bytes."""
    return zstandard.ZstdCompressor(level=level).compress(data)


def unpack(data: bytes, limit: int, what: str) -> bytes:
    """What `pack` was given, at most `limit` bytes; `what` names it in errors. Raises InvalidInput."""
    try:
        size = zstandard.frame_content_size(data)
        if size < 0:
            raise InvalidInput(f"{what} does not say its size")
        if size > limit:  # with a size, zstandard heeds no other cap
            raise InvalidInput(f"{what} is said to have {size} bytes, more than {limit} bytes")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=limit, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise InvalidInput(f"{what} is damaged: {error}") from None
