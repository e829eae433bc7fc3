"""Writes the JSON Schemas that the code publishes: `make schemas`, and review the diff."""

import json
from pathlib import Path

from outrider.policy import schema as policy_schema

ROOT = Path(__file__).parents[2]
PUBLISHED = {"templates/policies/policy.schema.json": policy_schema.schema}

if __name__ == "__main__":
    for name, make in PUBLISHED.items():
        (ROOT / name).write_text(f"{json.dumps(make(), indent=2)}\n")
