"""Checks a task definition against the API's own model, as it comes with botocore: no network, no account."""

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from outrider.errors import RefusedDefinition


def check_register(document: dict[str, Any]) -> list[str]:
    """Check the input of RegisterTaskDefinition; gives the fields that this botocore does not know.

    Unknown fields are newer than botocore more often than they are wrong: they are reported, not refused.
    Raises RefusedDefinition, in botocore's words, for a missing field or a value of the wrong type.
    """
    unknown: list[str] = []
    known = _known(document, _input_shape(), "", unknown)
    report = ParamValidator().validate(known, _input_shape())
    if report.has_errors():
        raise RefusedDefinition(
            f"ECS would not take this task definition:\n{report.generate_report()}",
            hint="the fields are described at https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"
            "API_RegisterTaskDefinition.html",
        )
    return unknown


@cache
def _input_shape() -> StructureShape:
    """The model of RegisterTaskDefinition's input."""
    model = botocore.session.get_session().get_service_model("ecs")
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    if shape is None:
        raise RefusedDefinition("this botocore does not know RegisterTaskDefinition")
    return shape


def _known(value: Any, shape: Shape, where: str, unknown: list[str]) -> Any:
    """The part of a value that the model knows; the names of the rest are collected."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        known = {}
        for key, inner in value.items():
            place = f"{where}.{key}" if where else key
            if key in shape.members:
                known[key] = _known(inner, shape.members[key], place, unknown)
            else:
                unknown.append(place)
        return known
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_known(inner, shape.member, f"{where}[{i}]", unknown) for i, inner in enumerate(value)]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _known(inner, shape.value, f"{where}.{key}", unknown) for key, inner in value.items()}
    return value
