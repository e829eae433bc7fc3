"""Envelopes of every family that tests of the account's formats use, and hostile details."""

from typing import Any

from hypothesis import strategies as st

from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, identity

NASTY = "x\n\x1b[2J\u202e<b>"
WORDS = st.sampled_from(["", "a", NASTY, "y" * 5000]) | st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
FIELDS = [
    "known_as",
    "subject",
    "title",
    "summary",
    "remedy",
    "severity",
    "change",
    "package",
    "fixed",
    "references",
    "scores",
    "exploited",
    "controls",
    "rule",
    "id",
    "verdict",
    "kind",
    "type",
    "address",
    "target",
    "name",
    "program",
    "pid",
    "syscall",
    "state",
    "stopped",
    "attack",
    "detections",
    "deviations",
    "timeline",
    "seqs",
    "advice",
    "begin",
    "end",
    "score",
    "merged_into",
]

INCIDENT: dict[str, Any] = {
    "schema": "outrider.incident/1",
    "type": "incident",
    "state": "opened",
    "id": "ab" * 32,
    "container": "web",
    "begin": "2026-11-24T01:02:03.123456789Z",
    "end": "2026-11-24T01:02:09.500000000Z",
    "score": 85,
    "severity": "critical",
    "title": "A shell of a server in web",
    "narrative": "python ran sh. Nothing of it was stopped.",
    "stopped": False,
    "attack": [
        {"technique": "T1059.004"},
        {"technique": "T1190", "tactic": "Initial Access"},
        {"technique": "T9"},
    ],
    "detections": [{"detector": "web-shell", "confidence": "medium", "program": "/bin/sh", "pid": 9}],
    "seqs": [4, 5, 6],
    "advice": ["Take it out of service.", "Turn the credentials."],
    "timeline": [
        {"seq": 3, "kind": "write", "program": "/bin/cat", "target": "/not/evidence"},
        {"seq": 4, "kind": "exec", "program": "/usr/bin/python3", "pid": 9, "target": "/bin/sh"},
        {
            "seq": 5,
            "kind": "connect",
            "program": "/bin/sh",
            "name": "evil.example",
            "address": {"family": "inet", "protocol": "tcp", "host": "203.0.113.9", "port": 443},
        },
    ],
}
DETAILS: dict[str, dict[str, Any]] = {
    "vulnerability": {
        "family": "vulnerability",
        "id": "CVE-2024-1",
        "known_as": "ab" * 16,
        "subject": "CVE-2024-1 in openssl 3.0",
        "severity": "critical",
        "package": {"name": "openssl", "version": "3.0", "path": "/lib"},
        "fixed": ["3.1"],
        "scores": [{"version": "3.1", "vector": "CVSS:3.1/AV:N", "base": 9.8, "source": "nvd"}],
        "references": ["https://example.com/1"],
        "exploited": {"added": "2024-01-01"},
    },
    "secret": {"family": "secret", "rule": "aws-access-key-id", "redacted": "AKIA**LE", "severity": "high"},
    "check": {
        "family": "check",
        "rule": "runs_as_non_root",
        "severity": "medium",
        "controls": [{"pack": "cis-docker", "control": "4.1"}],
    },
    "deviation": {
        "type": "event",
        "verdict": "block",
        "kind": "exec",
        "target": "/bin/sh",
        "program": "/usr/bin/app",
        "pid": 7,
    },
    "incident": INCIDENT,
}


def envelope_of(detail: dict[str, Any], *, kind: SubjectKind = SubjectKind.IMAGE, mark: str = "") -> Envelope:
    """One of the right topic."""
    topic = Topic.FINDING if "family" in detail else Topic.EVENT
    topic = Topic.INCIDENT if "narrative" in detail else topic
    return Envelope(
        topic=topic,
        id=identity(topic, str(sorted(detail.items(), key=str)), kind, mark),
        time="2026-11-24T01:02:03.456789Z",
        account="123456789012",
        region="eu-west-1",
        program="scanner",
        subject=Subject(kind=kind, id="arn:aws:x", name="shop", digest="sha256:" + "a" * 64),
        detail=detail,
    )


HOSTILE = st.builds(
    lambda known, over, kind: envelope_of(known | over, kind=kind),
    st.sampled_from(list(DETAILS.values())),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4),
    st.sampled_from(SubjectKind),
)
