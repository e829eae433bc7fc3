"""Amazon ECR by its own API: no registry login, and what is not permitted is refused by IAM."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.scan.image import digest as digests
from outrider.scan.image import manifest
from outrider.scan.image.manifest import Descriptor
from scanner_lambda.aws.download import stream
from scanner_lambda.aws.errors import translated
from scanner_lambda.progress import NotThere

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient
    from types_boto3_ecr.type_defs import ImageIdentifierTypeDef


class Ecr:
    """Repositories of one account and region."""

    def __init__(self, client: "ECRClient", account: str) -> None:
        self._client, self._account = client, account
        self._plain = client.meta.endpoint_url.startswith("http://")

    def manifest(self, repository: str, *, digest: str = "", tag: str = "") -> tuple[bytes, str, str]:
        """(Manifest or index, its media type, its digest), by digest or else by tag.

        With both, a digest that the tag does not point to any more is not there: a later push has a job of
        its own, which may have been done before.

        A manifest asked for by digest is what that digest says, or InvalidInput. Raises NotThere,
        EnvironmentFault.
        """
        what = f"{repository}{'@' + digest if digest else ':' + tag}"
        asked: ImageIdentifierTypeDef = {"imageDigest": digest} if digest else {}
        if tag:
            asked["imageTag"] = tag
        with translated(f"cannot read image {what}"):
            answer = self._client.batch_get_image(
                registryId=self._account,
                repositoryName=repository,
                imageIds=[asked],
                acceptedMediaTypes=list(manifest.ACCEPTED),
            )
        if not answer.get("images"):
            failure = (answer.get("failures") or [{}])[0]
            code = str(failure.get("failureCode", "no image"))
            kind = NotThere if code in {"ImageNotFound", "ImageTagDoesNotMatchDigest"} else EnvironmentFault
            raise kind(f"cannot read image {what}: {code}")
        image = answer["images"][0]
        data = str(image.get("imageManifest", "")).encode("utf-8", "surrogatepass")
        if digest:
            digests.verify(data, digest, f"the manifest of {what}", "ECR")
        return data, image.get("imageManifestMediaType", ""), digests.of(data)

    def blob(self, repository: str, digest: str, what: str) -> AbstractContextManager[Callable[[int], bytes]]:
        """A blob as a stream; whoever reads it verifies it."""
        return stream(partial(self._address, repository, digest), what, plain=self._plain)

    def config(self, repository: str, wanted: Descriptor, cap: int) -> bytes:
        """A small blob, whole and verified. Raises InvalidInput, EnvironmentFault."""
        what = f"the config of {repository}"
        if wanted.size > cap:
            raise InvalidInput(f"{what} is said to have {wanted.size} bytes, more than {cap}")
        data = bytearray()
        with self.blob(repository, wanted.digest, what) as read:
            while piece := read(64 << 10):
                data += piece
                if len(data) > wanted.size:
                    raise InvalidInput(f"{what} is longer than the {wanted.size} bytes of its descriptor")
        return digests.verify(bytes(data), wanted.digest, what, "ECR")

    def _address(self, repository: str, digest: str) -> str:
        """A signed address; ECR counts a pull for each."""
        with translated(f"cannot fetch {digest[:19]}… of {repository}"):
            answer = self._client.get_download_url_for_layer(
                registryId=self._account, repositoryName=repository, layerDigest=digest
            )
        return answer["downloadUrl"]
