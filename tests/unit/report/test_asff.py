"""ASFF: what BatchImportFindings asks for, as its documentation tells it."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope, SubjectKind
from outrider.report import asff
from tests.unit.report.envelopes import DETAILS, HOSTILE, NASTY, envelope_of

_TEXT = {"type": "string", "minLength": 1}
_SEVERITY = {
    "type": "object",
    "required": ["Label"],
    "properties": {"Label": {"enum": ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]}},
}
_FORBIDDEN = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
REQUIRED = [
    *("AwsAccountId", "CreatedAt", "Description", "GeneratorId", "Id", "ProductArn", "Resources"),
    *("SchemaVersion", "Severity", "Title", "Types", "UpdatedAt"),
]
SCHEMA = {
    "type": "object",
    "required": REQUIRED,
    "properties": {
        "AwsAccountId": {"pattern": "^[0-9]{12}$"},
        "SchemaVersion": {"const": "2018-10-08"},
        "ProductArn": {
            "pattern": "^arn:aws[a-z-]*:securityhub:[a-z0-9-]+:[0-9]{12}:product/[0-9]{12}/default$"
        },
        "Id": {**_TEXT, "maxLength": 512},
        "Title": {**_TEXT, "maxLength": 256},
        "Description": {**_TEXT, "maxLength": 1024},
        "Severity": _SEVERITY,
        "RecordState": {"enum": ["ACTIVE", "ARCHIVED"]},
        "Types": {
            "type": "array",
            "maxItems": 50,
            "items": {
                "pattern": "^(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors"
                "|Sensitive Data Identifications)(/[^/]+){0,2}$"
            },
        },
        "FindingProviderFields": {"properties": {"Severity": _SEVERITY}},
        "Resources": {
            "type": "array",
            "minItems": 1,
            "maxItems": 32,
            "items": {
                "required": ["Type", "Id"],
                "properties": {
                    "Type": {
                        "enum": [
                            "AwsEcrContainerImage",
                            "AwsLambdaFunction",
                            "AwsEcsTask",
                            "AwsEcsTaskDefinition",
                            "AwsEcsService",
                            "AwsEcsContainer",
                            "Other",
                        ]
                    },
                    "Id": {**_TEXT, "maxLength": 512},
                    "Partition": {"enum": ["aws", "aws-cn", "aws-us-gov"]},
                },
            },
        },
        "ProductFields": {"maxProperties": 50, "additionalProperties": {"type": "string", "maxLength": 2048}},
        "Compliance": {"properties": {"Status": {"enum": ["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]}}},
        "Vulnerabilities": {
            "items": {
                "required": ["Id"],
                "properties": {
                    "FixAvailable": {"enum": ["YES", "NO", "PARTIAL"]},
                    "ExploitAvailable": {"enum": ["YES", "NO"]},
                    "Cvss": {"items": {"properties": {"BaseScore": {"minimum": 0, "maximum": 10}}}},
                },
            }
        },
    },
    "not": {"anyOf": [{"required": [name]} for name in _FORBIDDEN]},
}
VALID = Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("family", DETAILS)
@pytest.mark.parametrize("kind", SubjectKind)
def test_each_family_conforms(family: str, kind: SubjectKind) -> None:
    VALID.validate(asff.finding(envelope_of(DETAILS[family], kind=kind)))


@given(HOSTILE)
@settings(max_examples=150, deadline=None)
def test_hostile_details_conform_or_are_refused_and_cannot_act(one: Envelope) -> None:
    try:
        made = asff.finding(one)
    except InvalidInput:
        return
    if made is not None:
        VALID.validate(made)
        assert asff.size(made) <= asff.LARGEST
        for text in (made["Title"], made["Description"]):
            assert text.isprintable()


def test_what_is_gone_archives_the_same_finding() -> None:
    there = asff.finding(envelope_of(DETAILS["vulnerability"] | {"change": "new"}))
    gone = asff.finding(envelope_of(DETAILS["vulnerability"] | {"change": "gone"}))
    assert there and gone
    assert there["Id"] == gone["Id"]
    assert (there["RecordState"], gone["RecordState"]) == ("ACTIVE", "ARCHIVED")


def test_batches_hold_at_most_a_hundred_and_no_id_twice() -> None:
    made = [{"Id": str(number % 250)} for number in range(500)]
    groups = list(asff.batches(made))
    assert [len(group) for group in groups] == [100, 100, 50]


def test_secrets_and_controls_do_not_get_through() -> None:
    made = asff.finding(envelope_of(DETAILS["secret"] | {"title": NASTY, "value": "AKIAREALKEY"}))
    assert "AKIAREALKEY" not in json.dumps(made)
    assert "\x1b" not in str(made)


def test_an_unknown_family_is_refused_and_other_topics_have_no_finding() -> None:
    with pytest.raises(InvalidInput, match="unknown family"):
        asff.finding(envelope_of({"family": "rumour"}))
    assert asff.finding(envelope_of({"type": "hello"})) is None


def test_partitions_follow_the_region() -> None:
    one = dataclasses.replace(envelope_of(DETAILS["check"]), region="us-gov-west-1")
    made = asff.finding(one)
    assert made and made["ProductArn"].startswith("arn:aws-us-gov:securityhub:us-gov-west-1:")
