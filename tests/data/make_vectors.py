"""Write tests/data/policy and tests/data/wire: what Python and C must agree on.

    python tests/data/make_vectors.py [DIRECTORY]

The same source makes the same bytes; tests/unit/policy/test_vectors.py notices when the files differ.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from vectors.broken import BROKEN as BROKEN_BLOBS
from vectors.broken import BROKEN_ARGUMENTS, BROKEN_PROGRAMS
from vectors.documents import VALID
from vectors.frames import BROKEN as BROKEN_FRAMES
from vectors.frames import EVENTS, ODD
from vectors.verdicts import OF_IMAGE, VERDICTS

from outrider.model.event import Verdict
from outrider.policy import document as documents
from outrider.policy.blob import encode
from outrider.policy.lowering import lower
from outrider.policy.signing import format_key, local, public_key, sign, sign_digest
from outrider.runtime.jsonl import to_plain
from outrider.runtime.wire_encode import encode_frame

PRIVATE_KEY = bytes(range(32))
"""Known to everybody: it signs vectors."""

OTHER_KEY = bytes(range(1, 33))


def compiled(plain: dict[str, Any], programs: dict[str, Any] | None = None, **more: Any) -> bytes:
    """The blob of a document's container; `programs`: what becomes of others, and their hashes."""
    if programs:
        hashes = tuple(bytes.fromhex(one) for one in programs["sha256"])
        more |= {"programs": hashes, "programs_verdict": Verdict(programs["verdict"])}
    return encode(replace(lower(documents.parse(json.dumps(plain)), "web"), **more))


def blobs() -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Name → blob, and what the index says of it."""
    made: dict[str, tuple[bytes, dict[str, Any]]] = {}
    for name, plain in VALID.items():
        made[name] = compiled(plain), {"valid": True, "reason": ""}
    shop, hashed = compiled(VALID["shop"]), compiled(VALID["hashed"])
    signed = sign(shop, PRIVATE_KEY)
    flipped = signed[:-1] + bytes([signed[-1] ^ 1])
    for name, blob, verifies, reason in (
        ("signed", signed, True, ""),
        ("signed-no-rules", sign(compiled(VALID["no-rules"]), PRIVATE_KEY), True, ""),
        ("signed-by-another", sign(shop, OTHER_KEY), False, "signed with another key"),
        ("signed-flipped", flipped, False, "one bit of the signature flipped"),
        ("signed-digest", sign_digest(shop, local(PRIVATE_KEY)), True, ""),
        ("signed-digest-by-another", sign_digest(shop, local(OTHER_KEY)), False, "signed with another key"),
        ("signed-zeros", signed[:-64] + bytes(64), False, "a signature of zeros"),
    ):
        made[name] = blob, {"valid": True, "reason": reason, "verifies": verifies}
    for name, blob in with_programs().items():
        made[name] = blob, {"valid": True, "reason": ""}
    made["signed-programs"] = sign(made["programs"][0], PRIVATE_KEY), made["signed"][1]
    for broken, valid in (
        (BROKEN_BLOBS, hashed),
        (BROKEN_PROGRAMS, made["programs"][0]),
        (BROKEN_ARGUMENTS, made["arguments"][0]),
    ):
        for name, (reason, change) in broken.items():
            made[name] = change(valid), {"valid": False, "reason": reason}
    return made


def with_programs() -> dict[str, bytes]:
    """Blobs with what documents do not say."""
    one, many = {"verdict": "alert", "sha256": OF_IMAGE[:1]}, {"verdict": "block", "sha256": OF_IMAGE}
    return {
        "programs": compiled(VALID["hashed"], many),
        "one-program": compiled(VALID["no-rules"], one),
        "hash-programs": compiled(VALID["shop"], hash_programs=True),
        "hash-and-report": compiled(VALID["learning"], hash_programs=True),
    }


def write_policy(directory: Path) -> None:
    """Blobs, verdicts and their indexes."""
    (directory / "verdicts").mkdir(parents=True, exist_ok=True)
    index = []
    for name, (blob, said) in blobs().items():
        (directory / f"{name}.policy").write_bytes(blob)
        index.append({"file": f"{name}.policy", **said})
    _write_json(directory / "index.json", {"key": format_key(public_key(PRIVATE_KEY)), "blobs": index})
    verdicts = []
    for name, item in VERDICTS.items():
        (directory / "verdicts" / f"{name}.policy").write_bytes(
            compiled(item["document"], item.get("programs"))
        )
        verdicts.append({"name": name, "blob": f"verdicts/{name}.policy", "container": "web", **item})
    _write_json(directory / "verdicts.json", verdicts)


def write_wire(directory: Path) -> None:
    """Frames as hex, with the events they are."""
    directory.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, Any]] = [
        {
            "name": name,
            "valid": True,
            "reason": "",
            "hex": encode_frame(event).hex(),
            "events": [to_plain(event)],
        }
        for name, event in EVENTS.items()
    ]
    index += [
        {
            "name": name,
            "valid": True,
            "reason": "",
            "hex": raw.hex(),
            "events": [to_plain(event) for event in events],
        }
        for name, (raw, events) in ODD.items()
    ]
    index += [
        {"name": name, "valid": False, "reason": reason, "hex": raw.hex(), "events": []}
        for name, (reason, raw) in BROKEN_FRAMES.items()
    ]
    _write_json(directory / "index.json", index)


def _write_json(path: Path, value: Any) -> None:
    """One JSON document, for people to read and git to compare."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    write_policy(root / "policy")
    write_wire(root / "wire")
