"""Incidents as OCSF 1.5 Detection Findings: attributes as the schema's site tells them, and what they say."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from outrider.report import asff, ocsf
from tests.unit.report.envelopes import FIELDS, INCIDENT, VALUES, envelope_of

TEXTS = ("category_name", "class_name", "severity", "message", "action", "disposition")
ATTACKS = ("tactic", "technique", "sub_technique")
NAMED = {"type": "object", "anyOf": [{"required": ["uid"]}, {"required": ["name"]}]}
SCHEMA = Draft202012Validator(
    {
        "type": "object",
        "required": [
            *("activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time"),
            *("type_uid", "cloud", "is_alert", "evidences", "confidence_id", "resources"),
        ],
        "additionalProperties": False,
        "properties": {
            **{name: {"type": "string"} for name in TEXTS},
            "activity_id": {"enum": [1, 2, 3]},
            "category_uid": {"const": 2},
            "class_uid": {"const": 2004},
            "type_uid": {"enum": [200401, 200402, 200403]},
            "time": {"type": "integer"},
            "start_time": {"type": "integer"},
            "end_time": {"type": "integer"},
            "severity_id": {"enum": [0, 1, 2, 3, 4, 5, 6, 99]},
            "status_id": {"enum": [0, 1, 2, 3, 4, 5, 6, 99]},
            "action_id": {"enum": [0, 1, 2, 3, 4, 99]},
            "disposition_id": {"type": "integer", "minimum": 0, "maximum": 27},
            "is_alert": {"type": "boolean"},
            "confidence_id": {"enum": [0, 1, 2, 3, 99]},
            "confidence": {"type": "string"},
            "risk_score": {"type": "integer", "minimum": 0, "maximum": 100},
            "remediation": {"required": ["desc"], "properties": {"desc": {"type": "string"}}},
            "metadata": {"required": ["product", "version"], "properties": {"version": {"const": "1.5.0"}}},
            "cloud": {"required": ["provider"]},
            "resources": {"items": NAMED},
            "finding_info": {
                "required": ["uid", "title"],
                "properties": {
                    "types": {"type": "array", "items": {"type": "string"}},
                    "attacks": {
                        "items": {
                            "anyOf": [
                                {"required": [one]} for one in ("tactic", "technique", "sub_technique")
                            ],
                            "properties": {"tactic": NAMED, "technique": NAMED, "sub_technique": NAMED},
                        }
                    },
                },
            },
            "evidences": {
                "minItems": 1,
                "items": {
                    "anyOf": [{"required": [one]} for one in ("actor", "file", "dst_endpoint")],
                    "properties": {
                        "file": {"required": ["name", "type_id"]},
                        "actor": {"required": ["process"]},
                        "dst_endpoint": {"required": ["ip"]},
                    },
                },
            },
        },
    }
)


def made(**over: Any) -> dict[str, Any]:
    found = ocsf.event(envelope_of(INCIDENT | over))
    assert found
    SCHEMA.validate(found)
    return found


def test_what_an_incident_says() -> None:
    found = made()
    assert (found["activity_id"], found["is_alert"], found["disposition"]) == (1, True, "Alert")
    assert (found["confidence_id"], found["risk_score"], found["severity_id"]) == (2, 85, 5)
    assert found["remediation"] == {"desc": "Take it out of service. Turn the credentials."}
    info = found["finding_info"]
    assert info["types"] == ["web-shell"]
    assert info["first_seen_time"] == found["start_time"] == info["created_time"]
    assert found["end_time"] - found["start_time"] == 6377
    assert info["attacks"][:2] == [
        {
            "version": "17.1",
            "tactic": {"uid": "TA0002", "name": "Execution"},
            "technique": {"uid": "T1059", "name": "Command and Scripting Interpreter"},
            "sub_technique": {"uid": "T1059.004", "name": "Unix Shell"},
        },
        {
            "version": "17.1",
            "tactic": {"uid": "TA0001", "name": "Initial Access"},
            "technique": {"uid": "T1190", "name": "Exploit Public-Facing Application"},
        },
    ]
    assert found["evidences"] == [
        {
            "actor": {"process": {"name": "/usr/bin/python3", "pid": 9}},
            "file": {"name": "sh", "path": "/bin/sh", "type_id": 1, "type": "Regular File"},
        },
        {
            "actor": {"process": {"name": "/bin/sh"}},
            "dst_endpoint": {"ip": "203.0.113.9", "hostname": "evil.example", "port": 443},
        },
    ]


@pytest.mark.parametrize(
    ("over", "activity", "status"),
    [
        ({"state": "updated"}, 2, 1),
        ({"state": "closed"}, 2, 1),
        ({"state": "closed", "merged_into": "cd" * 32}, 3, 4),
    ],
)
def test_only_what_became_part_of_another_is_closed(over: dict[str, Any], activity: int, status: int) -> None:
    found = made(**over)
    assert (found["activity_id"], found["status_id"], found["is_alert"]) == (activity, status, False)


def test_what_was_stopped_is_denied() -> None:
    assert made(stopped=True)["action"] == "Denied"


def test_told_again_it_is_the_same_finding_in_another_place() -> None:
    one, two = envelope_of(INCIDENT), replace(envelope_of(INCIDENT | {"state": "closed"}), id="f" * 64)
    first, second = ocsf.event(one), ocsf.event(two)
    assert first and second
    assert first["finding_info"]["uid"] == second["finding_info"]["uid"]
    assert ocsf.key(one, first) != ocsf.key(two, second)
    assert (asff.finding(one) or {})["Id"] == (asff.finding(two) or {})["Id"]


def test_without_a_timeline_the_process_to_blame_is_evidence() -> None:
    assert made(timeline=[])["evidences"] == [{"actor": {"process": {"name": "/bin/sh", "pid": 9}}}]
    assert made(timeline=[], detections=[])["evidences"] == [{"actor": {"process": {"name": "unknown"}}}]


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5))
@settings(max_examples=150, deadline=None)
def test_hostile_incidents_conform(over: dict[str, Any]) -> None:
    made(**over)


def test_security_hub_gets_stages_remedy_and_when_it_began() -> None:
    attack = [{"tactic": "Impact"}, {"tactic": "Execution"}, {}]
    found = asff.finding(envelope_of(INCIDENT | {"attack": attack}))
    assert found
    assert found["Types"] == ["Effects", "TTPs/Execution", "Unusual Behaviors/Container"]
    assert found["FindingProviderFields"]["Types"] == found["Types"]
    assert found["CreatedAt"] == "2026-11-24T01:02:03Z"
    assert found["Remediation"]["Recommendation"]["Text"] == "Take it out of service. Turn the credentials."
    assert (found["Severity"], found["RecordState"]) == ({"Label": "CRITICAL"}, "ACTIVE")
    merged = asff.finding(envelope_of(INCIDENT | {"merged_into": "cd" * 32}))
    assert merged and merged["RecordState"] == "ARCHIVED"
