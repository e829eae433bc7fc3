"""A policy in an S3 object."""

from typing import Any

from botocore.exceptions import ClientError

from outrider.limits import POLICY_DOCUMENT
from sidecar.aws.client import client, explained
from sidecar.sources import Fetched, capped


class ObjectSource:
    """An S3 object. An unchanged one costs an empty answer (If-None-Match)."""

    def __init__(self, bucket: str, key: str) -> None:
        self._bucket = bucket
        self._key = key
        self._client = client("s3")

    def fetch(self, version: str) -> Fetched | None:
        """Read the object; its ETag tells whether it is new."""
        what = f"s3://{self._bucket}/{self._key}"
        asked: dict[str, Any] = {"Bucket": self._bucket, "Key": self._key}
        if version:
            asked["IfNoneMatch"] = version
        with explained(what):
            try:
                answer = self._client.get_object(**asked)
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 304:
                    return None
                raise
            with answer["Body"] as body:
                return Fetched(answer["ETag"], capped(body.read(POLICY_DOCUMENT + 1), what))
