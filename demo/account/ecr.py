"""A stand-in for Amazon ECR: its JSON 1.1 API over a real OCI registry.

moto's digests are not SHA-256 of what it gives out and it has no layers. Here repositories, digests,
manifests and blobs are a registry's (Debian's docker-registry); this file only speaks ECR's words, for
exactly seven calls. It is strict: any other call or parameter is answered 501 and kept in `unknown`,
never ignored.

What of AWS it does not do: sign-in (signatures of calls are not checked), pushes (push to the
registry), IAM and repository policies, scan findings, lifecycle, encryption, replication, pull-through
caches, archived images, images without any tag (see registry_view), throttling. `imagePushedAt` is the
time of asking: registries do not say it. Download addresses are signed by a key of its own, not by
SigV4, but expire and refuse a second sign-in like S3's.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import botocore.session
from botocore.model import StructureShape
from botocore.validate import ParamValidator

from demo.account.front import Answer, Asked, serving, told
from demo.account.registry_view import DOCKER_MANIFEST, MEDIA_TYPES, OCI_MANIFEST, Manifest, RegistryView

TARGET = "AmazonEC2ContainerRegistry_V20150921."
URL_SECONDS = 3600
"""How long AWS's own download addresses live."""
IMAGES_A_CALL = 100
"""BatchGetImage and DescribeImages take at most so many imageIds."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DEFAULT_ACCEPTED = (OCI_MANIFEST, DOCKER_MANIFEST)
_PAGES = {"maxResults", "nextToken"}


class RefusedError(Exception):
    """An error as ECR tells it: its code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UnknownCallError(Exception):
    """Something that this stand-in does not do."""


@dataclass
class Ecr:
    """One account's private registry in one region."""

    registry: RegistryView
    account: str
    region: str
    clock: Callable[[], float] = time.time
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """Repository → its resource tags."""
    empty: set[str] = field(default_factory=set)
    """Repositories that were made and hold nothing yet."""
    unknown: list[str] = field(default_factory=list)
    """Calls and parameters that were refused because they are not done here."""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    """Calls in order, and `GET <digest>` for each download."""
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def host(self) -> str:
        """Host of image references."""
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"

    def answer(self, asked: Asked) -> Answer:
        """Answer an API call or a download."""
        if asked.method == "GET" and asked.path.startswith("/download/"):
            return self._download(asked)
        name = asked.headers.get("x-amz-target", "").removeprefix(TARGET)
        try:
            said = self._checked(name, asked.body)
            self.asked.append(name)
            return told(CALLS[name][1](self, said))
        except RefusedError as error:
            return told({"__type": error.code, "message": str(error)}, 400)
        except UnknownCallError as error:
            self.unknown.append(str(error))
            return told({"__type": "NotDoneByThisStandIn", "message": str(error)}, 501)

    def _checked(self, name: str, body: bytes) -> dict[str, Any]:
        """The parameters of a call that we do, checked by AWS's own model of it."""
        if name not in CALLS:
            raise UnknownCallError(f"the call {name[:80]!r}")
        try:
            said = json.loads(body)
        except ValueError:
            raise RefusedError("SerializationException", "not JSON") from None
        if not isinstance(said, dict):
            raise RefusedError("SerializationException", "not an object")
        if strange := sorted(said.keys() - CALLS[name][0]):
            raise UnknownCallError(f"{name} with {', '.join(strange)}")
        report = ParamValidator().validate(said, _input(name))
        if report.has_errors():
            raise RefusedError("InvalidParameterException", report.generate_report())
        if said.get("registryId", self.account) != self.account:
            raise RefusedError("RepositoryNotFoundException", f"no registry {said['registryId']} here")
        return said

    def names(self) -> list[str]:
        """All repositories, sorted."""
        return sorted({*self.registry.repositories(), *self.empty})

    def repository(self, name: str) -> str:
        """The name of a repository that exists."""
        if name not in self.names():
            words = (
                f"The repository with name '{name}' does not exist in the registry with id '{self.account}'"
            )
            raise RefusedError("RepositoryNotFoundException", words)
        return name

    def arn(self, name: str) -> str:
        """A repository's ARN."""
        return f"arn:aws:ecr:{self.region}:{self.account}:repository/{name}"

    def download_url(self, repository: str, digest: str) -> str:
        """A signed address that expires."""
        query = {"X-Amz-Date": str(int(self.clock())), "X-Amz-Expires": str(URL_SECONDS)}
        path = f"/download/{repository}/{digest}"
        signed = urlencode(query)
        return f"{self.url}{path}?{signed}&X-Amz-Signature={self._signature(path, signed)}"

    def _signature(self, path: str, query: str) -> str:
        return hmac.new(self._key, f"{path}?{query}".encode(), hashlib.sha256).hexdigest()

    def _download(self, asked: Asked) -> Answer:
        """A layer, as S3 gives it out to who has its address."""
        if "authorization" in asked.headers:
            return _s3_error(400, "InvalidArgument", "Only one auth mechanism allowed")
        query, _, signature = urlsplit(asked.target).query.partition("&X-Amz-Signature=")
        if not hmac.compare_digest(signature, self._signature(asked.path, query)):
            return _s3_error(403, "SignatureDoesNotMatch", "The signature is not ours")
        dates = parse_qs(query)
        if self.clock() > int(dates["X-Amz-Date"][0]) + int(dates["X-Amz-Expires"][0]):
            return _s3_error(403, "AccessDenied", "Request has expired")
        repository, _, digest = asked.path.removeprefix("/download/").rpartition("/")
        stream = self.registry.blob(repository, digest, asked.headers.get("range", ""))
        self.asked.append(f"GET {digest}")
        kept = {n: v for n, v in stream.headers.items() if n in {"Content-Range", "Content-Type", "ETag"}}
        return Answer(stream.status_code, headers={**kept, "Accept-Ranges": "bytes"}, stream=stream)


@contextmanager
def running(host: str, account: str, region: str) -> Iterator[Ecr]:
    """Serve the registry at `host` as an account's ECR; the address is the endpoint for boto3."""
    ecr = Ecr(RegistryView(host), account, region)
    with serving(ecr.answer) as url:
        ecr.url = url
        yield ecr


def _input(name: str) -> StructureShape:
    """AWS's model of a call's parameters."""
    shape = botocore.session.get_session().get_service_model("ecr").operation_model(name).input_shape
    assert shape is not None, name  # noqa: S101 - all of CALLS have parameters
    return shape


def _s3_error(status: int, code: str, message: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(status, body.encode(), {"Content-Type": "application/xml"})


def _page(found: list[Any], said: Mapping[str, Any], key: str, most: int = 100) -> dict[str, Any]:
    """One page: the token is where the next one begins."""
    token = said.get("nextToken", "0")
    if not token.isdecimal():
        raise RefusedError("InvalidParameterException", "Invalid parameter at 'nextToken'")
    begin, size = int(token), said.get("maxResults", most)
    more = {"nextToken": str(begin + size)} if begin + size < len(found) else {}
    return {key: found[begin : begin + size], **more}


def _describe_repositories(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    wanted = [ecr.repository(name) for name in said["repositoryNames"]] if "repositoryNames" in said else None
    described = [
        {
            "repositoryArn": ecr.arn(name),
            "registryId": ecr.account,
            "repositoryName": name,
            "repositoryUri": f"{ecr.host}/{name}",
            "createdAt": 0,
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": {"scanOnPush": False},
            "encryptionConfiguration": {"encryptionType": "AES256"},
        }
        for name in (ecr.names() if wanted is None else wanted)
    ]
    return _page(described, said, "repositories")


def _wanted(said: Mapping[str, Any], tags: list[str]) -> bool:
    """Whether the filter lets an image with these tags through."""
    named = said.get("filter", {})
    if strange := sorted(named.keys() - {"tagStatus"}):
        raise UnknownCallError(f"a filter by {', '.join(strange)}")
    return {"TAGGED": bool(tags), "UNTAGGED": not tags, "ANY": True}[named.get("tagStatus", "ANY")]


def _list_images(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    found = [
        {"imageDigest": digest, **({"imageTag": tag} if tag else {})}
        for digest, tags in ecr.registry.images(ecr.repository(said["repositoryName"])).items()
        if _wanted(said, tags)
        for tag in (tags or [""])
    ]
    return _page(found, said, "imageIds")


def _describe_images(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    name = ecr.repository(said["repositoryName"])
    held = ecr.registry.images(name)
    chosen = {digest: tags for digest, tags in held.items() if _wanted(said, tags)}
    if "imageIds" in said:
        if _PAGES & said.keys():
            raise RefusedError("InvalidParameterException", "imageIds go without maxResults and nextToken")
        chosen = {}
        for wanted in said["imageIds"][:IMAGES_A_CALL]:
            manifest, failure = _lookup(ecr, name, wanted)
            if manifest is None:
                raise RefusedError("ImageNotFoundException", failure[1])
            chosen[manifest.digest] = held.get(manifest.digest, [])
    details = [_detail(ecr, name, digest, tags) for digest, tags in chosen.items()]
    return _page([detail for detail in details if detail], said, "imageDetails")


def _detail(ecr: Ecr, name: str, digest: str, tags: list[str]) -> dict[str, Any]:
    manifest = ecr.registry.manifest(name, digest)
    if manifest is None:
        return {}
    return {
        "registryId": ecr.account,
        "repositoryName": name,
        "imageDigest": digest,
        **({"imageTags": tags} if tags else {}),
        "imageSizeInBytes": manifest.size,
        "imagePushedAt": manifest.pushed,
        "imageManifestMediaType": manifest.media_type,
    }


def _batch_get_image(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    name, wanted = ecr.repository(said["repositoryName"]), said["imageIds"]
    accepted = said.get("acceptedMediaTypes") or _DEFAULT_ACCEPTED
    if len(wanted) > IMAGES_A_CALL:
        raise RefusedError("InvalidParameterException", f"at most {IMAGES_A_CALL} imageIds")
    images, failures = [], []
    for image in wanted:
        manifest, failure = _lookup(ecr, name, image)
        if manifest is not None and manifest.media_type not in accepted:
            # Which code AWS gives here is not documented: rely only on there being a failure.
            manifest, failure = None, ("ImageNotFound", "Requested image not found in an accepted media type")
        if manifest is None:
            failures.append({"imageId": image, "failureCode": failure[0], "failureReason": failure[1]})
            continue
        images.append(
            {
                "registryId": ecr.account,
                "repositoryName": name,
                "imageId": {**image, "imageDigest": manifest.digest},
                "imageManifest": manifest.text,
                "imageManifestMediaType": manifest.media_type,
            }
        )
    return {"images": images, "failures": failures}


def _lookup(ecr: Ecr, name: str, image: Mapping[str, str]) -> tuple[Manifest | None, tuple[str, str]]:
    """The manifest of an imageId, or ECR's code and reason for there being none."""
    digest, tag = image.get("imageDigest", ""), image.get("imageTag", "")
    if not digest and not tag:
        return None, ("MissingDigestAndTag", "Invalid request parameters: both tag and digest are missing")
    if digest and not _DIGEST.fullmatch(digest):
        return None, (
            "InvalidImageDigest",
            "Invalid request parameters: image digest should satisfy the regex",
        )
    found = ecr.registry.manifest(name, digest or tag)
    if found is None:
        return None, ("ImageNotFound", "Requested image not found")
    if digest and tag and ecr.registry.tags(name).get(tag) != digest:
        return None, ("ImageTagDoesNotMatchDigest", "Requested image not found: tag and digest do not match")
    return found, ("", "")


def _download_url(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    name, digest = ecr.repository(said["repositoryName"]), said["layerDigest"]
    if not _DIGEST.fullmatch(digest):
        raise RefusedError("InvalidParameterException", "Invalid parameter at 'layerDigest'")
    if not ecr.registry.has_blob(name, digest):
        raise RefusedError(
            "LayersNotFoundException", f"The layer with digest '{digest}' does not exist in '{name}'"
        )
    return {"downloadUrl": ecr.download_url(name, digest), "layerDigest": digest}


def _authorization(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    token = base64.b64encode(b"AWS:" + secrets.token_hex(16).encode()).decode()
    granted = {
        "authorizationToken": token,
        "expiresAt": ecr.clock() + 12 * 3600,
        "proxyEndpoint": f"https://{ecr.host}",
    }
    return {"authorizationData": [granted]}


def _list_tags(ecr: Ecr, said: Mapping[str, Any]) -> dict[str, Any]:
    name = said["resourceArn"].partition(":repository/")[2]
    if said["resourceArn"] != ecr.arn(name):
        raise RefusedError("InvalidParameterException", "Invalid parameter at 'resourceArn'")
    tags = ecr.tags.get(ecr.repository(name), {})
    return {"tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}


CALLS: dict[str, tuple[set[str], Callable[[Ecr, Mapping[str, Any]], dict[str, Any]]]] = {
    "DescribeRepositories": ({"registryId", "repositoryNames", *_PAGES}, _describe_repositories),
    "ListImages": ({"registryId", "repositoryName", "filter", *_PAGES}, _list_images),
    "DescribeImages": ({"registryId", "repositoryName", "imageIds", "filter", *_PAGES}, _describe_images),
    "BatchGetImage": ({"registryId", "repositoryName", "imageIds", "acceptedMediaTypes"}, _batch_get_image),
    "GetDownloadUrlForLayer": ({"registryId", "repositoryName", "layerDigest"}, _download_url),
    "GetAuthorizationToken": (set(), _authorization),
    "ListTagsForResource": ({"resourceArn"}, _list_tags),
}
"""Call → the parameters we know, and what answers it."""

__all__ = ["CALLS", "MEDIA_TYPES", "Ecr", "RefusedError", "running"]
