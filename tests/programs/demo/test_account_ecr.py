"""The stand-in for ECR, through boto3: real digests, downloads that expire, AWS's errors; nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from account_fixtures import (
    OCI_INDEX,
    OCI_MANIFEST,
    account,
    content,
    push,
    push_manifest,
    registry_host,
    served_account,
)
from botocore.exceptions import ClientError

from demo.account import ecr as stand_in
from demo.account.cloud import ACCOUNT, REGION, Cloud
from outrider.scan.image import digest

__all__ = ["account", "registry_host", "served_account"]

LAYER = bytes(range(256)) * 1000


@pytest.fixture
def ecr(account: Cloud) -> Iterator[Any]:
    yield account.client("ecr")
    assert not account.ecr.unknown


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_repositories_and_images_are_the_registrys(ecr: Any, account: Cloud, registry_host: str) -> None:
    pushed = push(registry_host, "team/api", "1", LAYER)
    push(registry_host, "team/api", "latest", LAYER)
    account.ecr.empty.add("team/nothing")
    pages = ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 1})
    found = {one["repositoryName"]: one for page in pages for one in page["repositories"]}
    assert {"team/api", "team/nothing"} <= found.keys()
    assert found["team/api"]["repositoryUri"] == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/team/api"
    listed = ecr.list_images(repositoryName="team/api")["imageIds"]
    assert [one for one in listed if one["imageTag"] in {"1", "latest"}] == [
        {"imageDigest": pushed, "imageTag": "1"},
        {"imageDigest": pushed, "imageTag": "latest"},
    ]
    (detail,) = ecr.describe_images(repositoryName="team/api")["imageDetails"]
    assert detail["imageTags"] == ["1", "latest"] and detail["imageSizeInBytes"] > len(LAYER)
    assert ecr.list_images(repositoryName="team/nothing")["imageIds"] == []


def test_a_manifest_is_what_its_digest_says(ecr: Any, registry_host: str) -> None:
    pushed = push(registry_host, "team/web", "2", LAYER)
    answer = ecr.batch_get_image(repositoryName="team/web", imageIds=[{"imageTag": "2"}])
    (image,) = answer["images"]
    assert image["imageId"] == {"imageTag": "2", "imageDigest": pushed}
    assert digest.of(image["imageManifest"].encode()) == pushed
    assert image["imageManifestMediaType"] == OCI_MANIFEST and not answer["failures"]


def test_what_is_not_there_is_a_failure_of_its_own(ecr: Any, registry_host: str) -> None:
    pushed, other = push(registry_host, "team/web", "2", LAYER), push(registry_host, "team/web", "3")
    wanted: list[dict[str, str]] = [
        {"imageTag": "none"},
        {"imageDigest": "sha256:short"},
        {"imageDigest": other, "imageTag": "2"},
        {},
        {"imageDigest": pushed},
    ]
    answer = ecr.batch_get_image(repositoryName="team/web", imageIds=wanted)
    assert [one["failureCode"] for one in answer["failures"]] == [
        "ImageNotFound",
        "InvalidImageDigest",
        "ImageTagDoesNotMatchDigest",
        "MissingDigestAndTag",
    ]
    assert len(answer["images"]) == 1


def test_an_index_comes_only_to_who_takes_it_and_its_children_are_images(
    ecr: Any, registry_host: str
) -> None:
    children = [
        (push(registry_host, "team/multi", "", LAYER, architecture=name), name) for name in ("amd64", "arm64")
    ]
    manifests = [
        {
            "mediaType": OCI_MANIFEST,
            "digest": child,
            "size": 1,
            "platform": {"os": "linux", "architecture": a},
        }
        for child, a in children
    ]
    data = content({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
    index = push_manifest(registry_host, "team/multi", data, "1")
    ids = [{"imageTag": "1"}]
    assert ecr.batch_get_image(repositoryName="team/multi", imageIds=ids)["failures"]
    taken = ecr.batch_get_image(repositoryName="team/multi", imageIds=ids, acceptedMediaTypes=[OCI_INDEX])
    assert digest.of(taken["images"][0]["imageManifest"].encode()) == index
    untagged = ecr.list_images(repositoryName="team/multi", filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert sorted(one["imageDigest"] for one in untagged) == sorted(child for child, _ in children)


def test_a_layer_downloads_whole_and_in_part(ecr: Any, registry_host: str) -> None:
    push(registry_host, "team/web", "2", LAYER)
    answer = ecr.get_download_url_for_layer(repositoryName="team/web", layerDigest=digest.of(LAYER))
    assert requests.get(answer["downloadUrl"], timeout=10).content == LAYER
    part = requests.get(answer["downloadUrl"], headers={"Range": "bytes=100-199"}, timeout=10)
    assert (part.status_code, part.content) == (206, LAYER[100:200])


def test_an_address_expires_is_signed_and_takes_no_second_sign_in(
    ecr: Any, account: Cloud, registry_host: str
) -> None:
    push(registry_host, "team/web", "2", LAYER)
    url = ecr.get_download_url_for_layer(repositoryName="team/web", layerDigest=digest.of(LAYER))[
        "downloadUrl"
    ]
    assert requests.get(url, headers={"Authorization": "Bearer x"}, timeout=10).status_code == 400
    other = url.replace("team/web", "team/api")
    assert "SignatureDoesNotMatch" in requests.get(other, timeout=10).text
    now = account.ecr.clock()
    account.ecr.clock = lambda: now + stand_in.URL_SECONDS + 60
    late = requests.get(url, timeout=10)
    assert late.status_code == 403 and "Request has expired" in late.text


def test_errors_are_awss(ecr: Any, registry_host: str) -> None:
    push(registry_host, "team/web", "2", LAYER)
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.list_images(repositoryName="no/such")
    with pytest.raises(ecr.exceptions.LayersNotFoundException):
        ecr.get_download_url_for_layer(repositoryName="team/web", layerDigest=digest.of(b"nobody's"))
    with pytest.raises(ecr.exceptions.InvalidParameterException):
        ecr.get_download_url_for_layer(repositoryName="team/web", layerDigest="sha256:0")
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        ecr.describe_images(repositoryName="team/web", imageIds=[{"imageTag": "none"}])
    with pytest.raises(ecr.exceptions.InvalidParameterException):
        ecr.batch_get_image(repositoryName="team/web", imageIds=[{"imageTag": str(n)} for n in range(101)])


def test_tags_and_the_token(ecr: Any, account: Cloud, registry_host: str) -> None:
    push(registry_host, "team/web", "2", LAYER)
    account.ecr.tags["team/web"] = {"outrider": "skip"}
    tags = ecr.list_tags_for_resource(resourceArn=account.ecr.arn("team/web"))["tags"]
    assert tags == [{"Key": "outrider", "Value": "skip"}]
    (granted,) = ecr.get_authorization_token()["authorizationData"]
    assert granted["proxyEndpoint"].endswith(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CreateRepository", {"repositoryName": "ab"}),
        ("GetAuthorizationToken", {"registryIds": [ACCOUNT]}),
        ("ListImages", {"repositoryName": "ab", "filter": {"imageStatus": "ACTIVE"}}),
        ("ListImages", {"repositoryName": "ab", "invented": 1}),
    ],
)
def test_what_it_does_not_do_is_never_ignored(
    account: Cloud, registry_host: str, name: str, said: dict[str, Any]
) -> None:
    push(registry_host, "ab", "1")
    reply = asked(account, name, json.dumps(said))
    assert reply.status_code == 501 and account.ecr.unknown


@pytest.mark.parametrize("body", ["", "[]", "{", "\x00", '{"repositoryName": 5}', "{}"])
def test_a_malformed_call_is_refused(account: Cloud, body: str) -> None:
    assert asked(account, "ListImages", body).status_code == 400


def test_a_blob_of_another_repository_is_not_here(ecr: Any, registry_host: str) -> None:
    push(registry_host, "team/web", "2", LAYER)
    push(registry_host, "team/other", "1")
    with pytest.raises(ClientError) as error:
        ecr.get_download_url_for_layer(repositoryName="team/other", layerDigest=digest.of(LAYER))
    assert code(error) == "LayersNotFoundException"


def asked(account: Cloud, name: str, body: str) -> requests.Response:
    headers = {"X-Amz-Target": stand_in.TARGET + name, "Content-Type": "application/x-amz-json-1.1"}
    return requests.post(account.ecr.url, data=body.encode(), headers=headers, timeout=10)
