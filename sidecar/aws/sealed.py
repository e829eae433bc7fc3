"""Where sealed parts of records are kept in an account."""

from sidecar.aws.client import client, explained

_DENIED = "the task role needs s3:PutObject on it, and the use of its key."


class SealedObjects:
    """Objects under a prefix. Raises EnvironmentFault when there is no region."""

    def __init__(self, place: str) -> None:
        self._bucket, _, prefix = place.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = client("s3")

    def put(self, key: str, data: bytes) -> None:
        """Write one object; the same one again is the same. Raises EnvironmentFault."""
        with explained(f"s3://{self._bucket}/{self._prefix}{key}", _DENIED):
            self._client.put_object(
                Bucket=self._bucket, Key=f"{self._prefix}{key}", Body=data, ChecksumAlgorithm="SHA256"
            )
