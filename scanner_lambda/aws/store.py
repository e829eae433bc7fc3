"""The state bucket as a place for documents: under keys, compressed."""

from outrider.scan.packed import pack, unpack
from scanner_lambda.aws.index_store import S3Store


class Store:
    """Documents of one bucket."""

    def __init__(self, objects: S3Store) -> None:
        self._objects = objects

    def get(self, key: str, cap: int) -> bytes | None:
        """A document of at most `cap` bytes, unpacked; None: there is none of this key.

        Raises InvalidInput for what is no zstd or too large, EnvironmentFault.
        """
        packed = self._objects.get(key, cap)
        return unpack(packed, cap, key) if packed is not None else None

    def put(self, key: str, data: bytes) -> None:
        """Keep a document; S3 replaces one of the same key as a whole. Raises EnvironmentFault."""
        self._objects.put(key, pack(data))
