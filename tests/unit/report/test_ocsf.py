"""OCSF 1.3: required attributes and enums of the three finding classes, as the schema's site tells them."""

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope
from outrider.report import ocsf
from tests.unit.report.envelopes import DETAILS, HOSTILE, envelope_of

_BASE = {
    "type": "object",
    "required": (
        [
            "activity_id",
            "category_uid",
            "class_uid",
            "type_uid",
            "time",
            "severity_id",
            "metadata",
            "finding_info",
            "cloud",
        ]
    ),
    "properties": {
        "category_uid": {"const": 2},
        "activity_id": {"enum": [0, 1, 2, 3, 99]},
        "time": {"type": "integer", "minimum": 0},
        "severity_id": {"enum": [0, 1, 2, 3, 4, 5, 6, 99]},
        "status_id": {"enum": [0, 1, 2, 3, 4, 5, 99]},
        "metadata": {
            "required": ["version", "product"],
            "properties": {"product": {"anyOf": [{"required": ["name"]}, {"required": ["uid"]}]}},
        },
        "finding_info": {"required": ["uid", "title"]},
        "cloud": {"required": ["provider"]},
        "resources": {"items": {"anyOf": [{"required": ["name"]}, {"required": ["uid"]}]}},
    },
}
_OWN = {
    2002: {
        "required": ["vulnerabilities"],
        "properties": {
            "vulnerabilities": {
                "minItems": 1,
                "items": {
                    "anyOf": [{"required": ["cve"]}, {"required": ["advisory"]}],
                    "properties": {"affected_packages": {"items": {"required": ["name", "version"]}}},
                },
            }
        },
    },
    2003: {
        "required": ["compliance"],
        "properties": {
            "compliance": {
                "required": ["control", "standards"],
                "properties": {"status_id": {"enum": [0, 1, 2, 3, 99]}, "standards": {"minItems": 1}},
            }
        },
    },
    2004: {
        "required": ["is_alert", "evidences"],
        "properties": {
            "is_alert": {"type": "boolean"},
            "action_id": {"enum": [0, 1, 2, 99]},
            "disposition_id": {"minimum": 0, "maximum": 27},
            "evidences": {"items": {"minProperties": 1}},
        },
    },
}
EXPECTED = {"vulnerability": 2002, "secret": 2003, "check": 2003, "deviation": 2004, "incident": 2004}


def conforms(made: dict[str, object]) -> None:
    uid = made["class_uid"]
    assert isinstance(uid, int)
    Draft202012Validator({"allOf": [_BASE, _OWN[uid]]}).validate(made)
    assert made["type_uid"] == uid * 100 + int(str(made["activity_id"]))


@pytest.mark.parametrize("family", DETAILS)
def test_each_family_has_its_class(family: str) -> None:
    made = ocsf.event(envelope_of(DETAILS[family]))
    assert made and made["class_uid"] == EXPECTED[family]
    conforms(made)


@given(HOSTILE)
@settings(max_examples=150, deadline=None)
def test_hostile_details_conform_or_are_refused(one: Envelope) -> None:
    try:
        made = ocsf.event(one)
    except InvalidInput:
        return
    if made is not None:
        conforms(made)
        written = ocsf.line(made)
        assert written.count(b"\n") == 1 and written.isascii()


def test_the_key_is_a_partition_and_the_same_each_time() -> None:
    one = envelope_of(DETAILS["deviation"])
    made = ocsf.event(one)
    assert made and made["time"] % 1000 == 456
    place = "ocsf/class=2004/region=eu-west-1/accountId=123456789012/eventDay=20261124/"
    assert ocsf.key(one, made) == f"{place}{one.id}.json"
