"""JSON Schemas made from code. `make schemas` writes them: review the diff."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outrider.policy import schema as policy_schema
from outrider.policy import terms
from outrider.runtime import event_schema, incident_document

FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "event.schema.json": event_schema.schema,
    "incident.schema.json": incident_document.schema,
}
"""Of what is told."""
PUBLISHED = Path("templates/report")
POLICIES: dict[str, Callable[[], dict[str, Any]]] = {
    "policy.schema.json": policy_schema.schema,
    "terms.schema.json": terms.schema,
}
"""Of what people write: drift is seen in tests/unit/policy."""
FROZEN = Path("tests/data/schemas")
"""Copies of the first published versions of what is told; they are never written again."""


def text(value: dict[str, Any]) -> str:
    """As it is kept."""
    return json.dumps(value, indent=2) + "\n"


if __name__ == "__main__":
    for name, make in FILES.items():
        (PUBLISHED / name).write_text(text(make()))
    for name, make in POLICIES.items():
        (Path("templates/policies") / name).write_text(text(make()))
