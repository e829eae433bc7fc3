"""JSON Schemas made from code. `python -m tests.golden.published_schemas` writes them: review the diff."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outrider.runtime import event_schema, incident_document

FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "event.schema.json": event_schema.schema,
    "incident.schema.json": incident_document.schema,
}
PUBLISHED = Path("templates/report")
FROZEN = Path("tests/data/schemas")
"""Copies of the first published versions; they are never written again."""


def text(value: dict[str, Any]) -> str:
    """As it is kept."""
    return json.dumps(value, indent=2) + "\n"


if __name__ == "__main__":
    for name, make in FILES.items():
        (PUBLISHED / name).write_text(text(make()))
