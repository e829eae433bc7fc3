"""The published schema: as the code has it, and in agreement with what the code takes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from outrider.policy.document import parse, to_plain
from outrider.policy.schema import schema

ROOT = Path(__file__).parents[3]
PUBLISHED = json.loads((ROOT / "templates" / "policies" / "policy.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(PUBLISHED)
VECTORS = json.loads((ROOT / "tests" / "data" / "policy" / "verdicts.json").read_text())
BUILT_IN = sorted((ROOT / "templates" / "policies").glob("*.yaml"))


def test_what_is_published_is_what_the_code_has() -> None:
    """To renew it: make schemas."""
    assert schema() == PUBLISHED
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)


@pytest.mark.parametrize("item", VECTORS, ids=lambda item: item["name"])
def test_documents_that_are_valid(item: dict[str, Any]) -> None:
    VALIDATOR.validate(item["document"])
    VALIDATOR.validate(to_plain(parse(json.dumps(item["document"]))))


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.name)
def test_policies_of_ours(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    "change",
    [
        {"counter": -1},
        {"version": 2},
        {"containers": {}},
        {"more": 1},
        {"containers": {"web": {"mode": "off"}}},
        {
            "containers": {
                "web": {"mode": "block", "rules": [{"kind": "exec", "action": "allow", "why": "x"}]}
            }
        },
        {"containers": {"web": {"mode": "block", "exceptions": [{"owner": "kim", "expires": "2026-12-24"}]}}},
    ],
    ids=str,
)
def test_documents_that_are_not(change: dict[str, Any]) -> None:
    plain = {
        "version": 1,
        "workload": "shop",
        "counter": 1,
        "containers": {"web": {"mode": "block"}},
    } | change
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(plain)
