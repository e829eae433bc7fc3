"""The inverted index in S3."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from outrider.errors import EnvironmentFault, InvalidInput
from scanner_lambda.aws.errors import translated
from scanner_lambda.index import Index
from scanner_lambda.progress import NotThere

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_AT_ONCE = 16
_DELETED = 1000
"""Keys of one DeleteObjects at most."""

_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class S3Store:
    """Objects of one bucket; an `index.Store`."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def list(self, prefix: str) -> Iterator[str]:
        """Keys, sorted: S3 lists them so."""
        with translated(f"cannot list {prefix}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                yield from (one["Key"] for one in page.get("Contents", ()))

    def get(self, key: str, limit: int) -> bytes | None:
        """An object under a cap. Raises InvalidInput, EnvironmentFault."""
        try:
            with translated(f"cannot read {key}"):
                found = self._client.get_object(Bucket=self._bucket, Key=key)
                if found["ContentLength"] > limit:
                    raise InvalidInput(f"{key} has more than {limit} bytes")
                return found["Body"].read()
        except NotThere:
            return None

    def get_many(self, keys: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        """Several at once, in the order of their keys; some hundreds are ahead of whoever reads."""
        step = _AT_ONCE * 16
        with ThreadPoolExecutor(_AT_ONCE) as crew:
            for start in range(0, len(keys), step):
                some = keys[start : start + step]
                yield from zip(some, crew.map(lambda key: self.get(key, limit), some), strict=True)

    def put(self, key: str, data: bytes) -> None:
        """Write an object. Raises EnvironmentFault."""
        with translated(f"cannot write {key}"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)

    def create(self, key: str, data: bytes) -> bool:
        """Write an object where there is none. Raises EnvironmentFault."""
        with translated(f"cannot write {key}"):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=data, IfNoneMatch="*")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _TAKEN:
                    return False
                raise
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects. Raises EnvironmentFault when one of them stays."""
        for start in range(0, len(keys), _DELETED):
            some = keys[start : start + _DELETED]
            with translated("cannot delete objects"):
                found = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True}
                )
            if errors := found.get("Errors"):
                raise EnvironmentFault(f"cannot delete {errors[0].get('Key')}: {errors[0].get('Code')}")


def index(objects: S3Store) -> Index:
    """The index of a state bucket: what a scan calls `put` of."""
    return Index(objects, lambda: time.time_ns() // 1000)
