"""The state bucket as a place for documents: under keys, compressed."""

from outrider.scan.packed import pack, unpack
from scanner_lambda.aws.database_store import DatabaseStore


class Store:
    """Documents of one bucket."""

    def __init__(self, objects: DatabaseStore) -> None:
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

    def create(self, key: str, data: bytes) -> bool:
        """Keep a document where there is none; False: there is one. Raises EnvironmentFault."""
        return self._objects.create(key, pack(data))

    def versioned(self, key: str, cap: int) -> tuple[bytes, str] | None:
        """A document, unpacked, and its version; None: there is none. Raises as `get`."""
        found = self._objects.versioned(key, cap)
        return (unpack(found[0], cap, key), found[1]) if found else None

    def replace(self, key: str, data: bytes, version: str) -> bool:
        """Keep a document in place of that version (empty: of none); False: there is another now."""
        return self._objects.replace(key, pack(data), version)
