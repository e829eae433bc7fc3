"""Findings for the gate's tests."""

from datetime import date

from outrider.model.finding import Answer, Check, Exploited, Findings, Secret, Severity, Vulnerability
from outrider.model.outcome import Covered
from outrider.model.package import Package

TODAY = date(2026, 11, 27)
LOOKED = (Covered("layer 0"),)
OPENSSL = Package(
    type="deb", namespace="debian", name="openssl", version="3.0.1", path="/var/lib/dpkg/status"
)


def vulnerability(  # every field of it that a threshold looks at
    identity: str = "CVE-2026-1",
    severity: Severity = Severity.HIGH,
    *,
    fixed: bool = True,
    published: str = "2026-01-01",
    exploited: bool = False,
    epss: float | None = None,
    risk: float = 0.0,
    package: Package = OPENSSL,
) -> Vulnerability:
    return Vulnerability(
        id=identity,
        package=package,
        severity=severity,
        fixed=("3.0.2",) if fixed else (),
        published=published,
        exploited=Exploited("2026-02-01") if exploited else None,
        epss=epss,
        risk=risk,
    )


def secret(rule: str = "npm-token", confidence: str = "medium", severity: Severity = Severity.HIGH) -> Secret:
    return Secret(
        rule=rule,
        title="a token",
        path="/app/.env",
        line=3,
        fingerprint="ab",
        severity=severity,
        confidence=confidence,
    )


def check(
    rule: str = "runs_as_non_root", answer: Answer = Answer.FAIL, severity: Severity = Severity.MEDIUM
) -> Check:
    evidence = ("it does",) if answer is Answer.FAIL else ()
    return Check(
        rule=rule, title=rule, answer=answer, severity=severity, evidence=evidence, controls=(("cis", "4.1"),)
    )


def findings(*some: Vulnerability | Secret | Check) -> Findings:
    return Findings(
        vulnerabilities=tuple(one for one in some if isinstance(one, Vulnerability)),
        secrets=tuple(one for one in some if isinstance(one, Secret)),
        checks=tuple(one for one in some if isinstance(one, Check)),
    )
