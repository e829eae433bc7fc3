"""What the demo promises, judged by the reports that the commands wrote: (held, in words)."""

import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from demo.scan.archive import Roots

Promise = tuple[bool, str]
Report = dict[str, Any]
Match = tuple[str, str, str]
"""Vulnerability, package, version."""

_STATUS = "./var/lib/dpkg/status"


def matched(report: Report) -> set[Match]:
    """What was matched, without where it lies: an SBOM has no layers."""
    found = report["vulnerabilities"]
    return {(one["id"], one["package"]["name"], one["package"]["version"]) for one in found}


def same_as_apt(report: Report, roots: Roots) -> Promise:
    """The judge is apt: what its upgrade changed, to which version, no more and no less."""
    before, after = installed(_status(roots.released)), installed(_status(roots.upgraded))
    expected = {(name, after[name]) for name in before if after.get(name) != before[name]}
    types = {package["ref"]: package["type"] for package in report["packages"]}
    found = {
        (one["package"]["name"], one["fixed"][0])
        for one in report["vulnerabilities"]
        if one["fixed"] and types[one["package"]["ref"]] == "deb"
    }
    words = f"Debian: {len(found)} packages to upgrade, the same as `apt-get upgrade`"
    missing, extra = sorted(expected - found), sorted(found - expected)
    return not (missing or extra), words + (f"; missing {missing}, extra {extra}" if missing or extra else "")


def finds(report: Report, package: str, version: str, fixed: str) -> Promise:
    """The team's own package, by the team's own advisory."""
    held = any(
        (one["package"]["name"], one["package"]["version"], one["fixed"]) == (package, version, [fixed])
        for one in report["vulnerabilities"]
    )
    return held, f"{package} {version} by the team's own advisory: upgrade to {fixed}"


def hidden_credential(report: Report, credential: str, *printed: str) -> Promise:
    """Found in the lower layer, told as removed, and nowhere written out."""
    found = [secret for secret in report["secrets"] if secret["path"] == "/srv/pricing/.env"]
    held = len(found) == 1 and found[0]["removed"] and not any(credential in text for text in printed)
    return held, "the credential that a later layer removes, and its text in no report"


def breaks(report: Report, rules: Iterable[str], evidence: str) -> Promise:
    """Each of these rules fails, and one of them names this file."""
    failing = {check["rule"]: check for check in report["checks"] if check["answer"] == "fail"}
    seen = [fact for rule in rules if rule in failing for fact in failing[rule]["evidence"]]
    held = all(rule in failing for rule in rules) and any(evidence in fact for fact in seen)
    return held, f"starts as root, and /{evidence} raises privileges: rules broken"


def used_first(before: Report, after: Report) -> Promise:
    """With a model: the same findings, and nothing that was not seen comes before what was loaded."""
    uses = [one["use"] for one in after["vulnerabilities"]]
    severities = {one["severity"] for one in after["vulnerabilities"] if one["use"] != "unknown"}
    loaded = [place for place, use in enumerate(uses) if use == "loaded"]
    idle = [place for place, use in enumerate(uses) if use == "not seen"]
    ordered = not loaded or not idle or max(loaded) < min(idle) or len(severities) > 1
    held = ordered and matched(before) == matched(after)
    return held, f"in use: {len(loaded)} findings in what is loaded come before {len(idle)} in what is not"


def from_gate(printed: str) -> str:
    """The gate's part of a text report, and what comes after it."""
    lines = printed.splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith("the gate")]
    return "\n".join(lines[begins[0] :] if begins else lines[-12:])


def installed(status: str) -> dict[str, str]:
    """Of dpkg's status: package → version of its source, by which advisories go."""
    return dict(_sources(status))


def _sources(status: str) -> Iterator[tuple[str, str]]:
    for stanza in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
        if fields.get("Status", "").endswith(" installed"):
            _, _, version = fields.get("Source", "").partition(" (")
            yield fields["Package"], version.rstrip(")") or fields["Version"]


def _status(root: Path) -> str:
    with tarfile.open(root) as archive:
        found = archive.extractfile(_STATUS)
        assert found is not None, root  # noqa: S101 - every Debian has it
        return found.read().decode()
