"""Configs of images in ECR, by its own API: no registry login, and what is not permitted IAM refuses."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from cdk_app.functions.injector import caps
from outrider import limits
from outrider.account.errors import NotThereError, translated
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.inject.task_definition import Needed, NeededImage
from outrider.model.image import Platform, ResolvedImage
from outrider.model.outcome import Failed
from outrider.scan.image import config, digest, ecr_host, manifest, reference
from outrider.scan.image.manifest import Descriptor, Index, Manifest
from outrider.scan.image.reference import Reference

_NESTED_INDEXES = 2
_SECONDS = (5, 20)
_PIECE = 64 << 10


class EcrImages:
    """Images of private repositories, of whatever account and region lets us."""

    def __init__(self, clients: Callable[[str, str], Any]) -> None:
        """`clients`: makes a client of a service in a region."""
        self._clients = clients
        self._regions: dict[str, Any] = {}
        self._pinned: dict[str, str] = {}
        self._read: OrderedDict[tuple[str, Platform], ResolvedImage] = OrderedDict()

    def read(self, needed: Needed) -> dict[str, ResolvedImage | Failed]:
        """Read every image that is needed; what cannot be read is a `Failed` that says why."""
        found: dict[str, ResolvedImage | Failed] = {}
        for image in needed.images:
            try:
                found[image.container] = self._one(image, needed.platform)
            except OutriderError as error:
                found[image.container] = Failed(f"container {image.container}", error.message, error.hint)
        return found

    def pinned(self, text: str) -> str:
        """A reference by the digest that its tag has now; as it is where its registry is not ECR.

        Raises OutriderError when there is no such image. The tags of our own repository never move.
        """
        parsed = reference.parse(text)
        place = ecr_host.parse(parsed.registry)
        if place is None:
            return text
        if text not in self._pinned:
            client = self._client(place.region)
            _, name = _manifest(client, place.account, parsed.repository, digest_or_tag=parsed.target)
            self._pinned[text] = parsed.at(name)
        return self._pinned[text]

    def _client(self, region: str) -> Any:
        """The client of a region, made once."""
        if region not in self._regions:
            self._regions[region] = self._clients("ecr", region)
        return self._regions[region]

    def _one(self, image: NeededImage, platform: Platform) -> ResolvedImage:
        """One image; a digest that was read once is not read again."""
        if not image.reference:
            raise InvalidInput("the definition names no image")
        parsed = reference.parse(image.reference)
        place = ecr_host.parse(parsed.registry)
        if place is None:
            raise EnvironmentFault(
                f"what it starts is decided by its image, and {parsed.registry} is not ECR",
                hint="give the container an entryPoint, use a pull-through cache, or `outrider patch` it.",
            )
        key = (image.reference, platform)
        if parsed.digest and key in self._read:
            return self._read[key]
        resolved = self._resolved(
            self._client(place.region), place.account, parsed, platform, image.reference
        )
        if parsed.digest:
            self._read[key] = resolved
            while len(self._read) > caps.PICTURES:
                self._read.popitem(last=False)
        return resolved

    def _resolved(
        self, client: Any, account: str, parsed: Reference, platform: Platform, text: str
    ) -> ResolvedImage:
        """Manifest, child for the platform, config; each checked against its digest."""
        found, name = _manifest(client, account, parsed.repository, digest_or_tag=parsed.target)
        pinned = parsed.at(name)
        for _ in range(_NESTED_INDEXES):
            if isinstance(found, Index):
                child = found.select(platform)
                found, _ = _manifest(client, account, parsed.repository, digest_or_tag=child.digest)
        if isinstance(found, Index):
            raise InvalidInput(f"{text}: an index of indexes of indexes", hint="is it an image?")
        body = _config(client, account, parsed.repository, found.config)
        read = config.parse(body, f"the config of {text}")
        config.check_platform(read, platform)
        return ResolvedImage(reference=text, config=read, pinned=pinned)


def _manifest(
    client: Any, account: str, repository: str, *, digest_or_tag: str
) -> tuple[Manifest | Index, str]:
    """A manifest or index, and the digest of what came."""
    by_digest = digest_or_tag.startswith("sha256:")
    what = f"image {repository}{'@' if by_digest else ':'}{digest_or_tag}"
    with translated(f"cannot read {what}"):
        answer = client.batch_get_image(
            registryId=account,
            repositoryName=repository,
            imageIds=[{"imageDigest" if by_digest else "imageTag": digest_or_tag}],
            acceptedMediaTypes=list(manifest.ACCEPTED),
        )
    if not answer.get("images"):
        code = str((answer.get("failures") or [{}])[0].get("failureCode", "no image"))
        kind = NotThereError if code == "ImageNotFound" else EnvironmentFault
        raise kind(f"cannot read {what}: {code}", hint="was it pushed, and not expired by a lifecycle rule?")
    data = str(answer["images"][0].get("imageManifest", "")).encode("utf-8", "surrogatepass")
    if by_digest:
        digest.verify(data, digest_or_tag, f"the manifest of {what}", "ECR")
    return manifest.parse(data, answer["images"][0].get("imageManifestMediaType", "")), digest.of(data)


def _config(client: Any, account: str, repository: str, wanted: Descriptor) -> bytes:
    """A config blob, whole and checked."""
    what = f"the config of {repository}"
    if wanted.size > limits.IMAGE_CONFIG:
        raise InvalidInput(f"{what} is said to have {wanted.size} bytes, more than {limits.IMAGE_CONFIG}")
    with translated(f"cannot fetch {what}"):
        url = client.get_download_url_for_layer(
            registryId=account, repositoryName=repository, layerDigest=wanted.digest
        )["downloadUrl"]
    plain = client.meta.endpoint_url.startswith("http://")
    return digest.verify(_fetched(url, wanted.size, what, plain=plain), wanted.digest, what, "ECR")


def _fetched(url: str, size: int, what: str, *, plain: bool) -> bytes:
    """What is behind a signed address, which is a credential: messages name its host only.

    `plain`: http will do, for AWS itself is spoken to by it (a stand-in on this machine).
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        raise InvalidInput(f"{what}: ECR names no https address for it")
    data = bytearray()
    try:
        with requests.get(url, stream=True, timeout=_SECONDS, allow_redirects=False) as answer:
            if answer.status_code != requests.codes.ok:
                raise EnvironmentFault(f"{what}: {parts.hostname} answered {answer.status_code}")
            for piece in answer.iter_content(_PIECE):
                data += piece
                if len(data) > size:
                    raise InvalidInput(f"{what} is longer than the {size} bytes of its descriptor")
    except requests.RequestException as error:
        raise EnvironmentFault(f"{what}: {parts.hostname} did not answer ({type(error).__name__})") from None
    return bytes(data)
