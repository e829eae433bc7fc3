"""Manifests, indexes and configs: what is read, and what is not believed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput, OutriderError
from outrider.model.image import Platform
from outrider.scan.image import config, digest, manifest
from outrider.scan.image.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    Index,
    Manifest,
)

D = "sha256:" + "0" * 64
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


def descriptor(media_type: str = OCI_CONFIG, **fields: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": D, "size": 7, **fields}


def image(**fields: Any) -> dict[str, Any]:
    return {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": descriptor(), "layers": [], **fields}


def index(*entries: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(entries), **fields}


def entry(os: str, architecture: str, variant: str = "", **fields: Any) -> dict[str, Any]:
    platform = {"os": os, "architecture": architecture, **({"variant": variant} if variant else {})}
    return descriptor(OCI_MANIFEST, platform=platform, **fields)


def parse(document: Any, content_type: str = "") -> Manifest | Index:
    return manifest.parse(json.dumps(document).encode(), content_type)


def test_an_oci_manifest_names_its_config() -> None:
    found = parse(image(layers=[descriptor("application/vnd.oci.image.layer.v1.tar+gzip")]), OCI_MANIFEST)
    assert isinstance(found, Manifest)
    assert found.config == Descriptor(OCI_CONFIG, D, 7)
    assert len(found.layers) == 1


def test_a_docker_manifest_is_read_the_same() -> None:
    document = image(
        mediaType=DOCKER_MANIFEST, config=descriptor("application/vnd.docker.container.image.v1+json")
    )
    assert isinstance(parse(document, f"{DOCKER_MANIFEST}; charset=utf-8"), Manifest)


def test_an_oci_manifest_need_not_name_its_own_type() -> None:
    document = {key: value for key, value in image().items() if key != "mediaType"}
    assert isinstance(parse(document, OCI_MANIFEST), Manifest)
    with pytest.raises(InvalidInput, match="unknown kind of manifest"):
        parse(document, "application/json")


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_the_platform_is_selected_and_attestations_are_not(media_type: str) -> None:
    found = parse(
        index(
            entry("unknown", "unknown", digest="sha256:" + "1" * 64),
            entry("windows", "amd64", digest="sha256:" + "2" * 64),
            entry("linux", "arm64", "v8", digest="sha256:" + "3" * 64),
            entry("linux", "amd64", digest="sha256:" + "4" * 64),
            mediaType=media_type,
        ),
        media_type,
    )
    assert isinstance(found, Index)
    assert found.select(AMD64).digest == "sha256:" + "4" * 64
    assert found.select(ARM64).digest == "sha256:" + "3" * 64


def test_a_platform_that_is_not_there_is_said_with_those_that_are() -> None:
    found = parse(index(entry("linux", "arm", "v7"), entry("linux", "arm64"), entry("unknown", "unknown")))
    assert isinstance(found, Index)
    with pytest.raises(
        InvalidInput, match=r"not built for linux/amd64; it is built for linux/arm/v7, linux/arm64\n"
    ):
        found.select(AMD64)
    empty = parse(index(descriptor(OCI_MANIFEST)))
    assert isinstance(empty, Index)
    with pytest.raises(InvalidInput, match="no named platform"):
        empty.select(AMD64)


@pytest.mark.parametrize(
    ("document", "content_type", "words"),
    [
        ({"schemaVersion": 1, "name": "x", "fsLayers": []}, "", "schema 1"),
        (image(schemaVersion=1), OCI_MANIFEST, "schema 1"),
        ({}, "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1"),
        (image(mediaType="application/vnd.oci.artifact.manifest.v1+json"), "", "unknown kind of manifest"),
        (
            image(config=descriptor("application/vnd.cncf.helm.config.v1+json")),
            "",
            "not of a container image",
        ),
        (image(config=descriptor("application/vnd.oci.empty.v1+json")), "", "not of a container image"),
        (image(mediaType=OCI_INDEX), OCI_MANIFEST, "the manifest itself says"),
        (image(manifests=[]), "", "at once"),
        (index(layers=[]), "", "at once"),
        (image(config=None), "", "does not describe the config"),
        (image(config=descriptor(digest="md5:x")), "", "not a sha256 digest"),
        (image(config=descriptor(digest=D.upper())), "", "not a sha256 digest"),
        (image(config=descriptor(size=-1)), "", "size"),
        (image(config=descriptor(size=True)), "", "size"),
        (image(config=descriptor(size="7")), "", "size"),
        (image(layers={}), "", "list of layers"),
        (index(manifests="x"), "", "list of manifests"),
        (index(*[entry("linux", "amd64")] * (limits.IMAGE_INDEX_ENTRIES + 1)), "", "more than"),
        (index(descriptor(platform=[])), "", "platform"),
        (index(descriptor(platform={"os": 1})), "", "not text"),
        (image(mediaType=5), "", "not text"),
        ([], "", "not a JSON object"),
    ],
)
def test_what_is_not_to_be_believed(document: Any, content_type: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parse(document, content_type)


def test_an_oversize_manifest_or_config_is_not_parsed() -> None:
    with pytest.raises(InvalidInput, match="larger"):
        manifest.parse(b" " * (limits.IMAGE_MANIFEST + 1), OCI_MANIFEST)
    with pytest.raises(InvalidInput, match="larger"):
        config.parse(b" " * (limits.IMAGE_CONFIG + 1))


def test_a_config_says_what_is_started() -> None:
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Entrypoint": ["/e"],
            "Cmd": ["c", ""],
            "WorkingDir": "/w",
            "User": "1:2",
            "Env": ["PATH=/bin"],
            "Labels": None,
        },
        "rootfs": {"type": "layers", "diff_ids": []},
    }
    found = config.parse(json.dumps(document).encode())
    assert (found.entrypoint, found.cmd, found.env) == (("/e",), ("c", ""), ("PATH=/bin",))
    assert (found.working_dir, found.user, found.os, found.architecture) == ("/w", "1:2", "linux", "amd64")


@pytest.mark.parametrize("inner", [{}, None, {"Entrypoint": None, "Cmd": None, "User": None}])
def test_an_empty_config_starts_nothing(inner: Any) -> None:
    found = config.parse(json.dumps({"architecture": "amd64", "config": inner}).encode())
    assert (found.entrypoint, found.cmd, found.user) == ((), (), "")


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"some": "thing"},
        {"config": []},
        {"config": {"Entrypoint": "/bin/sh -c x"}},
        {"config": {"Cmd": [1]}},
        {"config": {"User": 0}},
        {"config": {"Env": {}}},
        {"config": {}, "os": []},
        {"config": False},
    ],
)
def test_a_config_of_another_form_is_refused(document: Any) -> None:
    with pytest.raises(InvalidInput):
        config.parse(json.dumps(document).encode())


def test_an_image_for_another_platform_is_refused_and_a_silent_one_is_not() -> None:
    silent = config.parse(b'{"config": {}}')
    config.check_platform(silent, AMD64)
    arm = config.parse(b'{"architecture": "arm64", "os": "linux"}')
    config.check_platform(arm, ARM64)
    with pytest.raises(InvalidInput, match="the image is for linux/arm64, the task runs on linux/amd64"):
        config.check_platform(arm, AMD64)


def test_content_is_known_by_its_digest() -> None:
    name = digest.of(b"content")
    assert digest.verify(b"content", name, "it") == b"content"
    with pytest.raises(InvalidInput, match="other content than was asked for"):
        digest.verify(b"Content", name, "it")
    with pytest.raises(InvalidInput, match="not a sha256 digest"):
        digest.verify(b"content", "sha256:", "it")


KEYS = [
    "schemaVersion",
    "mediaType",
    "config",
    "layers",
    "manifests",
    "digest",
    "size",
    "platform",
    "os",
    "Cmd",
]
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 2),
        st.text(max_size=4),
        st.sampled_from([D, OCI_INDEX, OCI_CONFIG]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=15,
)


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    st.one_of(JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=40)),
    st.sampled_from(manifest.ACCEPTED),
)
def test_any_bytes_give_a_value_or_an_error_of_ours(data: bytes, content_type: str) -> None:
    for read in (lambda: manifest.parse(data, content_type), lambda: config.parse(data)):
        try:
            read()
        except OutriderError as error:
            assert error.message


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.sampled_from(manifest.ACCEPTED))
def test_any_change_of_a_manifest_gives_a_value_or_an_error_of_ours(
    changes: dict[str, Any], kind: str
) -> None:
    base = index(entry("linux", "amd64")) if kind in {OCI_INDEX, DOCKER_LIST} else image()
    try:
        found = parse({**base, **changes}, kind)
        assert isinstance(found, Manifest) or found.select(AMD64)
    except OutriderError as error:
        assert error.message
