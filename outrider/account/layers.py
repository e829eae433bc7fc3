"""Layers: what a version is, and publishing one only when there is none with the same content."""

from collections.abc import Sequence
from typing import Any

from outrider.account.errors import NotThereError, translated
from outrider.account.functions import Functions
from outrider.inject.function_settings import Layer

_DIGEST = "sha256 "


def described(functions: Functions, arn: str) -> tuple[Layer, tuple[str, ...]]:
    """What AWS knows of a layer version, and the architectures it says it is for. Raises EnvironmentFault."""
    with translated(f"layer {arn}"):
        base, _, version = arn.rpartition(":")
        answer = functions.client.get_layer_version(LayerName=base, VersionNumber=int(version))
    content: Any = answer.get("Content", {})
    layer = Layer(arn, content.get("CodeSize", 0), content.get("SigningProfileVersionArn", ""))
    return layer, tuple(answer.get("CompatibleArchitectures", ()))


def published(functions: Functions, name: str, digest: str) -> Layer | None:
    """The newest version of a layer whose description names this content; None when there is none."""
    try:
        with translated(f"versions of layer {name}"):
            pages = functions.client.get_paginator("list_layer_versions").paginate(LayerName=name)
            for page in pages:
                for version in page["LayerVersions"]:
                    if version.get("Description", "").endswith(f"{_DIGEST}{digest}"):
                        return described(functions, version["LayerVersionArn"])[0]
    except NotThereError:
        return None
    return None


def publish(
    functions: Functions, name: str, data: bytes, *, digest: str, what: str, architectures: Sequence[str]
) -> Layer:
    """Publish a zip as a new version of a layer; `digest` will recognise it. Raises EnvironmentFault."""
    request: Any = {"CompatibleArchitectures": list(architectures)} if architectures else {}
    with translated(f"cannot publish layer {name}"):
        answer = functions.client.publish_layer_version(
            LayerName=name, Description=f"{what}, {_DIGEST}{digest}", Content={"ZipFile": data}, **request
        )
    return Layer(answer["LayerVersionArn"], len(data))
