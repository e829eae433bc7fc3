"""All that an image config tells besides what it starts: history, labels, health check, layers.

Specification: https://github.com/opencontainers/image-spec/blob/main/config.md; `Healthcheck` is Docker's:
https://github.com/moby/docker-image-spec/blob/main/spec.md
"""

from dataclasses import dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.artifact import History
from outrider.model.image import ImageConfig
from outrider.scan.image import config as image_config
from outrider.scan.image import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What the config blob of an image says."""

    config: ImageConfig
    created: str = ""
    """RFC 3339, as written."""
    labels: tuple[tuple[str, str], ...] = ()
    """Sorted."""
    healthcheck: bool = False
    """It has a HEALTHCHECK that does something."""
    history: tuple[History, ...] = ()
    """Lowest first."""
    diff_ids: tuple[str, ...] = ()
    """`sha256:…` of each layer's tar, lowest first."""


def parse(data: bytes, what: str = "the image config") -> ImageFacts:
    """Read an image config, at most `limits.IMAGE_CONFIG` bytes. Raises InvalidInput."""
    config = image_config.parse(data, what)
    document = json_document.parse(data, what)
    inner = document.get("config") or {}
    rootfs = _object(document, "rootfs", what)
    return ImageFacts(
        config=config,
        created=_text(document, "created", what),
        labels=_labels(inner, what),
        healthcheck=_healthcheck(inner, what),
        history=tuple(_step(step, what) for step in _list(document, "history", what)),
        diff_ids=tuple(_diff_id(value, what) for value in _list(rootfs, "diff_ids", what)),
    )


def _labels(inner: dict[str, Any], what: str) -> tuple[tuple[str, str], ...]:
    """LABEL lines."""
    labels = _object(inner, "Labels", what)
    if not all(isinstance(value, str) for value in labels.values()):
        raise InvalidInput(f"{what} has a label that is not text")
    return tuple(sorted(labels.items()))


def _healthcheck(inner: dict[str, Any], what: str) -> bool:
    """Whether there is a command. An empty test inherits, which the builder resolved; NONE means off."""
    test = _list(_object(inner, "Healthcheck", what), "Test", what)
    return bool(test) and test[0] != "NONE"


def _step(value: Any, what: str) -> History:
    """One step of the history."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} has a step of its history that is not an object")
    return History(
        instruction=_text(value, "created_by", what),
        empty=value.get("empty_layer") is True,
        created=_text(value, "created", what),
    )


def _diff_id(value: Any, what: str) -> str:
    """The digest of one layer's tar."""
    if not isinstance(value, str):
        raise InvalidInput(f"{what} has a diff ID that is not text")
    return digest.check_form(value)


def _object(document: dict[str, Any], key: str, what: str) -> dict[str, Any]:
    """An object; absent and null are the same as empty."""
    value = {} if document.get(key) is None else document[key]
    if not isinstance(value, dict):
        raise InvalidInput(f"{what}: {key} is not an object")
    return value


def _list(document: dict[str, Any], key: str, what: str) -> list[Any]:
    """A list of at most `limits.IMAGE_STEPS`; absent and null are the same as empty."""
    value = [] if document.get(key) is None else document[key]
    if not isinstance(value, list):
        raise InvalidInput(f"{what}: {key} is not a list")
    if len(value) > limits.IMAGE_STEPS:
        raise InvalidInput(f"{what}: {key} has more than {limits.IMAGE_STEPS} elements")
    return value


def _text(document: dict[str, Any], key: str, what: str) -> str:
    """A string; absent and null are the same as empty."""
    value = "" if document.get(key) is None else document[key]
    if not isinstance(value, str):
        raise InvalidInput(f"{what}: {key} is not text")
    return value
