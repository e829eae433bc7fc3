"""Lists of the programs of images, as the scanner keeps them in S3."""

from collections import OrderedDict
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cdk_app.functions.injector.aws.remembering import remember
from outrider.account.errors import translated
from outrider.errors import InvalidInput
from outrider.policy import program_places, programs
from outrider.policy.program_places import Place

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class ProgramLists:
    """A prefix of a bucket."""

    def __init__(self, client: "S3Client", place: Place) -> None:
        self._client, self._place = client, place
        self._checked: OrderedDict[tuple[str, str], None] = OrderedDict()

    def of(self, image: str) -> str:
        """Digest (hex) of the list of an image's programs; empty: there is none.

        The list itself is read, once for each: what the digest is of must be a list, and of this image.
        Raises EnvironmentFault, and InvalidInput for what is not.
        """
        noted = self._read(self._place.of_image(image), program_places.NOTE)
        if noted is None:
            return ""
        digest = program_places.read_note(noted)
        if (image, digest) not in self._checked:
            data = self._read(self._place.of_list(digest), programs.LARGEST)
            if data is None:
                return ""
            program_places.read_list(data, digest, image)
            remember(self._checked, (image, digest), None)
        return digest

    def _read(self, key: str, cap: int) -> bytes | None:
        """An object; None: there is none. Raises EnvironmentFault, InvalidInput."""
        what = f"s3://{self._place.bucket}/{key}"
        with translated(f"cannot read {what}"):
            try:
                found = self._client.get_object(Bucket=self._place.bucket, Key=key)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                    return None
                raise
            with found["Body"] as body:
                if found["ContentLength"] > cap:
                    raise InvalidInput(f"{what} has more than {cap} bytes")
                return body.read(cap)
