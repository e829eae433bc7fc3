"""A policy in an S3 object."""

from typing import Any

from botocore.exceptions import ClientError

from outrider.limits import POLICY_DOCUMENT
from sidecar.aws.client import client, code, explained
from sidecar.sources import Absent, Fetched, capped


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
                if code(error) == "NoSuchKey" or (code(error) == "AccessDenied" and self._is_absent()):
                    raise Absent(f"{what}: NoSuchKey") from None
                raise
            with answer["Body"] as body:
                return Fetched(answer["ETag"], capped(body.read(POLICY_DOCUMENT + 1), what))

    def _is_absent(self) -> bool:
        """Whether a listing shows that there is no such object.

        S3 answers 403 for what is not there unless the role may list. Its documentation does not say whether
        s3:ListBucket under a condition on the prefix is enough for a 404; a listing of this key alone is what
        such a condition allows. Who may not list learns nothing: then it stays refused.
        """
        try:
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._key, MaxKeys=1)
        except ClientError:
            return False
        return all(one.get("Key") != self._key for one in answer.get("Contents", ()))
