"""Findings: what is wrong with an artifact, where, why, and what to do."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from outrider.model.package import Package


class Severity(IntEnum):
    """How bad; larger is worse. UNKNOWN sorts lowest and is never taken for harmless."""

    UNKNOWN = 0
    NEGLIGIBLE = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        """In lower case, as options and reports write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Score:
    """One CVSS score."""

    version: str
    """`2.0`, `3.0`, `3.1`, `4.0`."""
    vector: str
    base: float
    """0.0 to 10.0, computed by us from the vector."""
    source: str = ""
    """Who gave it."""


@dataclass(frozen=True, slots=True)
class Exploited:
    """An entry of CISA's Known Exploited Vulnerabilities."""

    added: str
    """Date, ISO 8601."""
    due: str = ""
    ransomware: bool = False


class Use(StrEnum):
    """Whether the workload loads a package, as its behaviour model shows."""

    LOADED = "loaded"
    NOT_SEEN = "not seen"
    UNKNOWN = "unknown"
    """No model was given, or it says nothing of this kind of package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """One advisory that applies to one package; aliases are merged, the CVE's name first."""

    id: str
    """`CVE-…` when there is one, else the feed's own name (`GHSA-…`, `DSA-…`, `RUSTSEC-…`)."""
    aliases: tuple[str, ...] = ()
    """The other names, sorted."""
    package: Package
    severity: Severity = Severity.UNKNOWN
    severity_source: str = ""
    """Who says so: `debian`, `nvd CVSS 3.1`, …"""
    scores: tuple[Score, ...] = ()
    cwes: tuple[str, ...] = ()
    summary: str = ""
    fixed: tuple[str, ...] = ()
    """Versions that have the fix, lowest first; empty: none is known."""
    status: str = ""
    """What the vendor says of it where nothing is fixed: `no-dsa`, `will_not_fix`, `end-of-life` …"""
    feed: str = ""
    """The database shard it comes from: `debian-12`, `pypi`."""
    advisories: tuple[str, ...] = ()
    """The feed's records that were merged: `DSA-5532-1`, `GHSA-…`, sorted."""
    references: tuple[str, ...] = ()
    published: str = ""
    """Date, ISO 8601."""
    exploited: Exploited | None = None
    epss: float | None = None
    """Probability of exploitation within 30 days, 0 to 1 (FIRST)."""
    epss_percentile: float | None = None
    use: Use = Use.UNKNOWN
    risk: float = 0.0
    """0 to 100, by `scan/risk.py`."""
    risk_why: str = ""
    """The factors of the risk in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Something that looks like a credential. The credential itself is never kept."""

    rule: str
    """The pattern's name: `aws-access-key-id`."""
    title: str
    """What it is, in words: `AWS access key ID`."""
    path: str
    """Absolute file; `env:NAME`, `history:3`, `label:NAME` in an image config or a function's
    configuration."""
    line: int = 0
    """1-based; 0 where lines make no sense."""
    redacted: str = ""
    """At most the first four and last two characters, the rest as stars: `AKIA**************LE`."""
    fingerprint: str = ""
    """First 16 hex digits of SHA-256 of rule and credential, to know it again (`--baseline`, `--ignore`)."""
    severity: Severity = Severity.HIGH
    confidence: str = "medium"
    """`low`, `medium`, `high`; `high` where a checksum in the token proved it well-formed."""
    checked: bool | None = None
    """The token has a checksum: it was right (True). None: this kind has none."""
    layer: int = -1
    removed: bool = False
    """A higher layer removes or replaces the file: it is still there for whoever pulls the image."""


class Answer(StrEnum):
    """What a rule says of an artifact."""

    PASS = "pass"  # noqa: S105 - an answer, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The answer of one compliance rule."""

    rule: str
    """The rule's name, that of its file: `runs_as_non_root`."""
    title: str
    answer: Answer
    severity: Severity
    evidence: tuple[str, ...] = ()
    """What was seen, one fact a line; never empty for FAIL."""
    remedy: str = ""
    """What to do, for FAIL."""
    controls: tuple[tuple[str, str], ...] = ()
    """(pack, control): `("cis-docker", "4.1")`; filled in from the packs' tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFact:
    """Which advisory database a report rests on."""

    digest: str = ""
    """`sha256:…` of the database's manifest; empty: no database was used."""
    built: str = ""
    """RFC 3339."""
    age_days: float | None = None
    shards: tuple[tuple[str, str], ...] = ()
    """(shard, newest advisory's date), sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that is wrong, most urgent first."""

    vulnerabilities: tuple[Vulnerability, ...] = ()
    secrets: tuple[Secret, ...] = ()
    checks: tuple[Check, ...] = ()
    database: DatabaseFact = field(default_factory=DatabaseFact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One reason for which the gate does not let the artifact pass."""

    rule: str
    """Which threshold: `severity`, `exploited`, `secrets`, `compliance`, `end-of-life`, `unknown` …"""
    words: str
    subject: str = ""
    """What it is about: `CVE-2024-1 in openssl 3.0.1`; empty: the artifact as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A finding that somebody decided to live with; reports name it, gates do not count it."""

    subject: str
    reason: str
    owner: str = ""
    expires: str = ""
    """Date, ISO 8601; empty: never."""
