"""The committed vectors: still what the script makes, and what Python makes of them."""

import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outrider.errors import InvalidInput
from outrider.model.event import Address, Kind, Verdict
from outrider.policy import document as documents
from outrider.policy.blob import decode, encode
from outrider.policy.lowering import lower
from outrider.policy.matching import Act, Decision, decide
from outrider.policy.signing import UnverifiedPolicy, verify

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"
INDEX = json.loads((DATA / "policy" / "index.json").read_text())
VERDICTS = json.loads((DATA / "policy" / "verdicts.json").read_text())


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a directory, by its place there."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_script_makes_what_is_committed(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, DATA / "make_vectors.py", tmp_path],
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    for name in ("policy", "wire"):
        made, committed = contents(tmp_path / name), contents(DATA / name)
        assert made.keys() == committed.keys()
        assert [file for file in made if made[file] != committed[file]] == []


def test_there_are_enough_vectors() -> None:
    valid = [entry for entry in INDEX["blobs"] if entry["valid"]]
    assert len(valid) >= 15
    assert len(INDEX["blobs"]) - len(valid) >= 25
    assert sum(len(item["cases"]) for item in VERDICTS) >= 120


@pytest.mark.parametrize("entry", INDEX["blobs"], ids=lambda entry: entry["file"])
def test_blob(entry: dict[str, Any]) -> None:
    data = (DATA / "policy" / entry["file"]).read_bytes()
    if not entry["valid"]:
        with pytest.raises(InvalidInput, match="not a policy blob"):
            decode(data)
        return
    blob = decode(data)
    if not blob.signature:
        assert encode(blob.policy) == data
    if entry.get("verifies"):
        verify(data, base64.b64decode(INDEX["key"]))
    else:
        with pytest.raises(UnverifiedPolicy):
            verify(data, base64.b64decode(INDEX["key"]))


def act_of(case: dict[str, Any]) -> Act:
    """The act of a case."""
    address = Address(**case["address"]) if "address" in case else None
    more = {name: case[name] for name in ("name", "sha256", "now", "arguments_whole") if name in case}
    more["arguments"] = tuple(case.get("arguments", ()))
    return Act(Kind(case["kind"]), case["program"], case.get("target", ""), address, **more)


@pytest.mark.parametrize("item", VERDICTS, ids=lambda item: item["name"])
def test_verdicts(item: dict[str, Any]) -> None:
    from_document = lower(documents.parse(json.dumps(item["document"])), item["container"])
    if said := item.get("programs"):
        hashes = tuple(map(bytes.fromhex, said["sha256"]))
        from_document = replace(from_document, programs=hashes, programs_verdict=Verdict(said["verdict"]))
    from_blob = decode((DATA / "policy" / item["blob"]).read_bytes()).policy
    assert from_blob == from_document
    for case in item["cases"]:
        assert decide(from_blob, act_of(case)) == Decision(Verdict(case["verdict"]), case["rule"]), case
