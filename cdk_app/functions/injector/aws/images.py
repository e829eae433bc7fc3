"""Configs of images in ECR, by its own API: no registry login, and what is not permitted IAM refuses."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from cdk_app.functions.injector.aws.remembering import remember
from outrider import limits
from outrider.account.errors import NotThereError, translated
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.inject.task_definition import Needed, NeededImage
from outrider.model.image import Platform, ResolvedImage
from outrider.model.outcome import Failed
from outrider.scan.image import config, digest, ecr_host, manifest, reference
from outrider.scan.image.ecr_host import EcrHost
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
        self._digests: OrderedDict[tuple[str, Platform], str] = OrderedDict()
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

    def digest(self, image: NeededImage, platform: Platform) -> str:
        """Digest of the one manifest, not an index, that a task of this platform will run, today and later.

        Raises EnvironmentFault for what may pass; InvalidInput or NotThereError where there is none: it is
        not of ECR, or named by a tag that may name another image tomorrow.
        """
        parsed, place = _parsed(image.reference)
        if place is None:
            raise InvalidInput(f"its image is of {parsed.registry}, not of ECR")
        key = (image.reference, platform)
        if parsed.digest and key in self._digests:
            return self._digests[key]
        client = self._client(place.region)
        if not parsed.digest and not _immutable(client, place.account, parsed.repository):
            raise InvalidInput(
                f"{image.reference} is a tag that may be moved to another image: name the image by digest, "
                "or make the tags of its repository immutable"
            )
        _, child, _ = _selected(client, place.account, parsed, platform, image.reference)
        if parsed.digest:
            remember(self._digests, key, child)
        return child

    def _client(self, region: str) -> Any:
        """The client of a region, made once."""
        if region not in self._regions:
            self._regions[region] = self._clients("ecr", region)
        return self._regions[region]

    def _one(self, image: NeededImage, platform: Platform) -> ResolvedImage:
        """One image; a digest that was read once is not read again."""
        parsed, place = _parsed(image.reference)
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
            remember(self._read, key, resolved)
        return resolved

    def _resolved(
        self, client: Any, account: str, parsed: Reference, platform: Platform, text: str
    ) -> ResolvedImage:
        """Manifest, child for the platform, config; each checked against its digest."""
        found, _, name = _selected(client, account, parsed, platform, text)
        body = _config(client, account, parsed.repository, found.config)
        read = config.parse(body, f"the config of {text}")
        config.check_platform(read, platform)
        return ResolvedImage(reference=text, config=read, pinned=parsed.at(name))


def _parsed(text: str) -> tuple[Reference, EcrHost | None]:
    """A reference, and whose registry of ECR's it names; None: none. Raises InvalidInput."""
    if not text:
        raise InvalidInput("the definition names no image")
    parsed = reference.parse(text)
    return parsed, ecr_host.parse(parsed.registry)


def _immutable(client: Any, account: str, repository: str) -> bool:
    """Whether a tag of this repository names one image for good; not where some tags are excepted."""
    with translated(f"cannot look at repository {repository}"):
        answer = client.describe_repositories(registryId=account, repositoryNames=[repository])
    found = (answer.get("repositories") or [{}])[0]
    return bool(found.get("imageTagMutability") == "IMMUTABLE")


def _selected(
    client: Any, account: str, parsed: Reference, platform: Platform, text: str
) -> tuple[Manifest, str, str]:
    """The manifest for a platform, its digest, and the digest of what the reference names."""
    found, name = _manifest(client, account, parsed.repository, digest_or_tag=parsed.target)
    selected = name
    for _ in range(_NESTED_INDEXES):
        if isinstance(found, Index):
            selected = found.select(platform).digest
            found, _ = _manifest(client, account, parsed.repository, digest_or_tag=selected)
    if isinstance(found, Index):
        raise InvalidInput(f"{text}: an index of indexes of indexes", hint="is it an image?")
    return found, selected, name


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
