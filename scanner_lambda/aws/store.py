"""The state bucket: documents under keys, whole and compressed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from outrider.errors import InvalidInput
from outrider.scan.packed import pack, unpack
from scanner_lambda.aws.errors import NotThere, translated

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class Store:
    """One bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def get(self, key: str, cap: int) -> bytes | None:
        """A document of at most `cap` bytes, unpacked; None: there is none of this key.

        Raises InvalidInput for what is no zstd or too large, EnvironmentFault.
        """
        packed = self.raw(key, cap)
        return unpack(packed, cap, key) if packed is not None else None

    def put(self, key: str, data: bytes) -> None:
        """Keep a document; S3 replaces one of the same key as a whole."""
        packed = pack(data)
        with translated(f"cannot keep {key}"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=packed)

    def raw(self, key: str, cap: int) -> bytes | None:
        """An object as it lies there. Raises InvalidInput where it is larger than `cap`."""
        data = bytearray()

        def take(piece: bytes) -> None:
            nonlocal data
            data += piece

        return bytes(data) if self.each(key, cap, take) else None

    def each(self, key: str, cap: int, take: Callable[[bytes], None]) -> bool:
        """Give an object piece by piece; False: there is none."""
        try:
            with translated(f"cannot read {key}"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except NotThere:
            return False
        if answer["ContentLength"] > cap:
            raise InvalidInput(f"{key} has {answer['ContentLength']} bytes, more than {cap}")
        with translated(f"cannot read {key}"):
            for piece in answer["Body"].iter_chunks(1 << 20):
                take(piece)
        return True
