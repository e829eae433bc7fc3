"""The gate of our own image (.ci/scan) can fail: an image without security updates does not pass it."""

import json
from pathlib import Path

from debian_apt import DebianImage
from scanning import ROOT, outrider

GATE = ("--thresholds", ROOT / ".ci" / "gate.yaml", "--ignore", ROOT / ".ci" / "ignore.yaml")


def test_missing_updates_do_not_pass(debian: DebianImage, apt_database: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    arguments = ("scan", f"oci:{debian.layout}", "--only", "os", "--db", apt_database, "--no-cache")
    outrider(*arguments, *GATE, "--json", "-o", out, status=(1,))
    violations = json.loads(out.read_text())["gate"]["violations"]
    assert {one["rule"] for one in violations} >= {"severity"}
    assert any("libssl3" in one["subject"] for one in violations)
