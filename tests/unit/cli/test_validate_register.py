"""The API's own model has the last word on types; what it does not know yet is kept and named."""

import pytest

from outrider.cli.aws.validate import check_register
from outrider.errors import RefusedDefinition

GOOD = {"family": "f", "containerDefinitions": [{"name": "web", "image": "x", "cpu": 1}]}


def test_a_good_definition_passes() -> None:
    assert check_register(GOOD) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cpu": 256}, "Invalid type for parameter cpu"),
        ({"family": None}, "family"),
        ({"containerDefinitions": [{"name": "web", "cpu": "1"}]}, r"containerDefinitions\[0\].cpu"),
        ({"volumes": [{"name": "v", "efsVolumeConfiguration": {}}]}, "fileSystemId"),
    ],
)
def test_a_wrong_type_or_a_missing_field_is_refused_by_name(change: dict[str, object], words: str) -> None:
    with pytest.raises(RefusedDefinition, match=words):
        check_register({**GOOD, **change})


def test_unknown_fields_are_named_with_their_place() -> None:
    container = {"name": "web", "image": "x", "logConfiguration": {"logDriver": "awslogs", "odd": 1}}
    document = {"family": "f", "containerDefinitions": [container], "new": {"a": 1}}
    assert check_register(document) == ["containerDefinitions[0].logConfiguration.odd", "new"]


def test_keys_of_maps_are_not_taken_for_fields() -> None:
    container = {"name": "w", "image": "x", "dockerLabels": {"any.Key": "v"}}
    assert check_register({"family": "f", "containerDefinitions": [container]}) == []
