"""Paths in short: eight bytes of BLAKE2 each, so that a layer of three million fits into 24 MB.

64 bits do not come together by chance. Somebody who builds an image can make two of his own paths meet, with
some 2^32 tries: he could as well not ship the file that tells.
"""

from hashlib import blake2b

WIDTH = 8


def digest(path: str) -> bytes:
    """The short form of a path."""
    return blake2b(path.encode("utf-8", "surrogateescape"), digest_size=WIDTH).digest()


def key(path: str) -> int:
    """The short form as `keys` has it."""
    return int(memoryview(digest(path)).cast("Q")[0])


def keys(digests: bytes) -> memoryview:
    """All short forms of a row of them, as numbers."""
    return memoryview(digests).cast("Q")


def ancestors(path: str) -> list[str]:
    """Directories above a path, from the nearest up; the root, which is the empty path, not among them."""
    found = []
    while (slash := path.rfind("/")) > 0:
        path = path[:slash]
        found.append(path)
    return found
