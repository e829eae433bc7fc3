"""The config blob of an image: what it starts when nobody says otherwise.

Specification: https://github.com/opencontainers/image-spec/blob/main/config.md
"""

from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.image import ImageConfig, Platform


def parse(data: bytes, what: str = "the image config") -> ImageConfig:
    """Read an image config, at most `limits.IMAGE_CONFIG` bytes. Raises InvalidInput."""
    if len(data) > limits.IMAGE_CONFIG:
        raise InvalidInput(f"{what} is larger than {limits.IMAGE_CONFIG} bytes")
    document = json_document.parse(data, what)
    if not isinstance(document, dict) or not {"config", "rootfs", "architecture"} & document.keys():
        raise InvalidInput(
            f"{what} is not an OCI image config",
            hint="`skopeo inspect --config --raw docker://IMAGE` prints one.",
        )
    inner = {} if document.get("config") is None else document["config"]
    if not isinstance(inner, dict):
        raise InvalidInput(f"{what}: its `config` is not an object")
    return ImageConfig(
        entrypoint=_words(inner, "Entrypoint", what),
        cmd=_words(inner, "Cmd", what),
        working_dir=_text(inner, "WorkingDir", what),
        user=_text(inner, "User", what),
        env=_words(inner, "Env", what),
        os=_text(document, "os", what),
        architecture=_text(document, "architecture", what),
    )


def check_platform(config: ImageConfig, wanted: Platform) -> None:
    """Raise InvalidInput when a config says that it is for another platform; old images say nothing."""
    said = Platform(config.os or wanted.os, config.architecture or wanted.architecture)
    if said != wanted:
        raise InvalidInput(
            f"the image is for {said}, the task runs on {wanted}",
            hint="set runtimePlatform.cpuArchitecture to what the image is, or push one for this platform.",
        )


def _words(document: dict[str, Any], key: str, what: str) -> tuple[str, ...]:
    """A list of strings; absent and null are the same as empty."""
    value = [] if document.get(key) is None else document[key]
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise InvalidInput(f"{what}: {key} is not a list of strings")
    return tuple(value)


def _text(document: dict[str, Any], key: str, what: str) -> str:
    """A string; absent and null are the same as empty."""
    value = "" if document.get(key) is None else document[key]
    if not isinstance(value, str):
        raise InvalidInput(f"{what}: {key} is not text")
    return value
