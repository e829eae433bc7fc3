"""Writes the records of every feed format anew, from what the formats make of the documents here."""

import json

from outrider.scan.advisories.formats.registry import FORMATS
from tests.contracts.test_advisory_formats import RECORDS, expected_of

if __name__ == "__main__":
    for known in FORMATS:
        text = json.dumps(expected_of(known), indent=1, sort_keys=True, ensure_ascii=False)
        (RECORDS / f"{known.name}.json").write_text(text + "\n")
