"""The policy document's JSON Schema, published as `templates/policies/policy.schema.json`, for editors."""

from typing import Any

from outrider.policy.document import PolicyDocument

ID = "https://outrider.example/schema/policy-1.json"
"""Its name, not a place."""


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12. It says the form; whether a network or a pattern is one, `policy check` says."""
    made = PolicyDocument.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": ID} | made
