"""The database in S3: shards as files, and the key that signs its manifest."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from outrider.errors import InvalidInput
from scanner_lambda.aws import parameters
from scanner_lambda.aws.errors import CONFIG, translated
from scanner_lambda.aws.index_store import S3Store
from scanner_lambda.progress import NotThere

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_PIECE = 1 << 20


class DatabaseStore(S3Store):
    """Objects of the state bucket, and files of any size."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        super().__init__(client, bucket)
        self._files, self._name = client, bucket

    def download(self, key: str, path: Path, size: int) -> str:
        """An object of exactly so many bytes into a file; its SHA-256 in hex, empty: there is none.

        Raises InvalidInput, EnvironmentFault, and OSError where the file cannot be written.
        """
        seen = hashlib.sha256()
        try:
            with translated(f"cannot read {key}"), path.open("wb") as target:
                found = self._files.get_object(Bucket=self._name, Key=key)
                if found["ContentLength"] != size:
                    raise InvalidInput(f"{key} has {found['ContentLength']} bytes, not {size}")
                while piece := found["Body"].read(_PIECE):
                    target.write(piece)
                    seen.update(piece)
        except NotThere:
            return ""
        return seen.hexdigest()

    def upload(self, path: Path, key: str) -> None:
        """A file, in parts where it is large. Raises EnvironmentFault."""
        with translated(f"cannot write {key}"):
            self._files.upload_file(str(path), self._name, key)

    def has(self, key: str) -> bool:
        """Whether there is an object."""
        try:
            with translated(f"cannot look for {key}"):
                self._files.head_object(Bucket=self._name, Key=key)
        except NotThere:
            return False
        return True

    def versioned(self, key: str, limit: int) -> tuple[bytes, str] | None:
        """A small object and its ETag; None: there is none."""
        try:
            with translated(f"cannot read {key}"):
                found = self._files.get_object(Bucket=self._name, Key=key)
                if found["ContentLength"] > limit:
                    raise InvalidInput(f"{key} has more than {limit} bytes")
                return found["Body"].read(), found["ETag"]
        except NotThere:
            return None

    def replace(self, key: str, data: bytes, tag: str) -> bool:
        """Write an object in place of the one with an ETag (empty: of none); False: there is another now."""
        if not tag:
            return self.create(key, data)
        with translated(f"cannot write {key}"):
            try:
                self._files.put_object(Bucket=self._name, Key=key, Body=data, IfMatch=tag)
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in {404, 409, 412}:
                    return False
                raise
        return True


def store(bucket: str) -> DatabaseStore:
    """The state bucket."""
    return DatabaseStore(boto3.client("s3", config=CONFIG), bucket)


def private_key(parameter: str) -> bytes:
    """The Ed25519 key of an SSM SecureString. Raises EnvironmentFault or InvalidInput."""
    return parameters.key(boto3.client("ssm", config=CONFIG), parameter, secret=True)
