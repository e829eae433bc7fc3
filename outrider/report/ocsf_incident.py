"""Incidents as OCSF 1.5 Detection Findings, with what version 1.3 had no place for.

https://schema.ocsf.io/1.5.0/classes/detection_finding. The class is that of 1.3 with more attributes. Create,
Update and Close are of the *finding*: an incident that is over is updated, since somebody has to look at it;
only one that became part of another is closed.
"""

from typing import Any

from outrider.errors import InvalidInput
from outrider.model.attack import MATRIX, technique
from outrider.report.happening import Happening, dicts, word, words
from outrider.report.harmless import harmless
from outrider.report.instants import milliseconds

VERSION = "1.5.0"
MOST_EVIDENCES = 20
_CREATE, _UPDATE, _CLOSE = 1, 2, 3
_CONFIDENCES = {"low": (1, "Low"), "medium": (2, "Medium"), "high": (3, "High")}
_DENIED = {"action_id": 2, "action": "Denied", "disposition_id": 2, "disposition": "Blocked"}
_ALLOWED = {"action_id": 1, "action": "Allowed", "disposition_id": 19, "disposition": "Alert"}
_REGULAR = {"type_id": 1, "type": "Regular File"}
_FILES = ("exec", "write", "read", "load")


def detection(head: dict[str, Any], happening: Happening) -> dict[str, Any]:
    """The event; `head` is what all findings have."""
    detail = happening.detail
    opened = detail.get("state") == "opened"
    activity = _CLOSE if happening.gone else _CREATE if opened else _UPDATE
    begin, end = _time(detail.get("begin"), head["time"]), _time(detail.get("end"), head["time"])
    score = detail.get("score")
    made = {
        **head,
        "activity_id": activity,
        "type_uid": head["class_uid"] * 100 + activity,
        "metadata": head["metadata"] | {"version": VERSION, "profiles": ["cloud", "security_control"]},
        "start_time": begin,
        "end_time": end,
        "is_alert": opened,
        **(_DENIED if detail.get("stopped") is True else _ALLOWED),
        "finding_info": head["finding_info"]
        | {
            "created_time": begin,
            "modified_time": end,
            "first_seen_time": begin,
            "last_seen_time": end,
            "types": sorted({word(one.get("detector")) for one in dicts(detail.get("detections"))} - {""}),
            "attacks": [_attack(uid) for uid in _techniques(detail)],
        },
        "evidences": _evidences(detail) or [{"actor": {"process": {"name": "unknown"}}}],
        **_confidence(detail),
    }
    if isinstance(score, int) and not isinstance(score, bool) and 0 <= score <= 100:
        made["risk_score"] = score
    if advice := words(detail.get("advice"), 8):
        made["remediation"] = {"desc": harmless(" ".join(advice), 2000)}
    return made


def _time(value: Any, otherwise: int) -> int:
    """A time of the incident, ms."""
    try:
        return milliseconds(word(value))
    except InvalidInput:
        return otherwise


def _techniques(detail: Any) -> list[str]:
    """Numbers of techniques, in their order, each once."""
    found = (word(one.get("technique"), 10) for one in dicts(detail.get("attack")))
    return list(dict.fromkeys(uid for uid in found if uid))


def _attack(uid: str) -> dict[str, Any]:
    """One technique with its stage; one with a point in its number is part of another."""
    known = technique(uid)
    whole = uid.split(".", 1)[0]
    made: dict[str, Any] = {"version": MATRIX, "technique": _named(whole)}
    if known.tactic:
        made["tactic"] = {"uid": known.tactic.uid, "name": known.tactic.title}
    if whole != uid:
        made["sub_technique"] = _named(uid)
    return made


def _named(uid: str) -> dict[str, str]:
    """Number and, where it is known, name."""
    title = technique(uid).title
    return {"uid": uid} | ({"name": title} if title else {})


def _confidence(detail: Any) -> dict[str, Any]:
    """Of the worst detection; the policy's word alone is no guess."""
    first = dicts(detail.get("detections"), 1)
    said = word(first[0].get("confidence")) if first else "high"
    uid, name = _CONFIDENCES.get(said, (0, "Unknown"))
    return {"confidence_id": uid, "confidence": name}


def _evidences(detail: Any) -> list[dict[str, Any]]:
    """What the events of evidence name: who, which file, which peer."""
    seqs = detail.get("seqs")
    wanted = {seq for seq in seqs[:8192] if isinstance(seq, int)} if isinstance(seqs, list) else set()
    told = [one for one in dicts(detail.get("timeline"), 512) if one.get("seq") in wanted]
    told = told or dicts(detail.get("deviations")) or dicts(detail.get("detections"))
    found: list[dict[str, Any]] = []
    for one in told:
        made = _evidence(one)
        if made not in found:
            found.append(made)
    return found[:MOST_EVIDENCES]


def _evidence(one: dict[str, Any]) -> dict[str, Any]:
    """One act."""
    process: dict[str, Any] = {"name": word(one.get("program")) or "unknown"}
    if _number(one.get("pid"), 1 << 32):
        process["pid"] = one["pid"]
    made: dict[str, Any] = {"actor": {"process": process}}
    target, address = word(one.get("target"), 1000), one.get("address")
    if target and one.get("kind") in _FILES:
        made["file"] = {"name": target.rsplit("/", 1)[-1] or target, "path": target, **_REGULAR}
    if isinstance(address, dict) and address.get("family") in ("inet", "inet6"):
        name = word(one.get("name"))
        made["dst_endpoint"] = {"ip": word(address.get("host"), 64)} | ({"hostname": name} if name else {})
        if _number(address.get("port"), 1 << 16):
            made["dst_endpoint"]["port"] = address["port"]
    return made


def _number(value: Any, limit: int) -> bool:
    """Whether it is a number above zero and below a limit."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < limit
