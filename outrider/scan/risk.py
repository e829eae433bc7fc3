"""What to mend first: one number for each finding, from 0 to 100, and the reasons for it in words.

    risk = severity x exploitation x use x fix

- severity: 100, 75, 45, 20 or 8 for critical to negligible; 50 where it is unknown, for that is not harmless.
- exploitation: 1 where CISA knows of attacks (KEV). Else from 0.35 to 0.9 with FIRST's probability (EPSS), by
  its square root, as most probabilities are tiny; without one, as for 4 %.
- use: 1 where the workload was seen loading it, 0.4 where it was watched and did not, 0.8 if nobody watched.
- fix: 1 where there is a version to upgrade to; 0.85 where not, for then there is less that one can do today.

Each factor is monotone: more severe, more exploited, more used, or mended is never less urgent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import sqrt

from outrider.model.finding import Severity, Use, Vulnerability
from outrider.model.package import OS_TYPES

_SEVERITY = {
    Severity.CRITICAL: 100.0,
    Severity.HIGH: 75.0,
    Severity.UNKNOWN: 50.0,
    Severity.MEDIUM: 45.0,
    Severity.LOW: 20.0,
    Severity.NEGLIGIBLE: 8.0,
}
_LEAST_EXPLOITED, _MOST_PROBABLE = 0.35, 0.9
_TYPICAL_EPSS = 0.04
"""For a CVE without EPSS: some 85 % of all have less."""
_USE = {Use.LOADED: 1.0, Use.UNKNOWN: 0.8, Use.NOT_SEEN: 0.4}
_NO_FIX = 0.85


def assess(findings: Iterable[Vulnerability]) -> tuple[Vulnerability, ...]:
    """The findings with `risk` and `risk_why`, most urgent first; ties in the order of names."""
    rated = [replace(finding, risk=risk(finding), risk_why=why(finding)) for finding in findings]
    return tuple(sorted(rated, key=order))


def order(finding: Vulnerability) -> tuple[float, int, str, str, str, str, str]:
    """Key of the order of findings: risk, then severity, then names."""
    package = finding.package
    return (
        -finding.risk, -int(finding.severity), finding.id, package.type, package.label, package.version,
        package.path,
    )  # fmt: skip


def risk(finding: Vulnerability) -> float:
    """0 to 100, one decimal."""
    product = _SEVERITY[finding.severity] * _exploitation(finding) * _USE[finding.use]
    return round(product * (1.0 if finding.fixed else _NO_FIX), 1)


def _exploitation(finding: Vulnerability) -> float:
    if finding.exploited:
        return 1.0
    probability = _TYPICAL_EPSS if finding.epss is None else min(1.0, max(0.0, finding.epss))
    return _LEAST_EXPLOITED + (_MOST_PROBABLE - _LEAST_EXPLOITED) * sqrt(probability)


def why(finding: Vulnerability) -> str:
    """The factors in words: `critical severity; exploited …; loaded by the workload; upgrade to 1.2`."""
    severity = (
        "severity unknown" if finding.severity is Severity.UNKNOWN else f"{finding.severity.word} severity"
    )
    use = {
        Use.LOADED: "loaded by the workload",
        Use.NOT_SEEN: "not seen loaded",
        Use.UNKNOWN: "use unknown",
    }[finding.use]
    fix = f"fixed in {', '.join(finding.fixed[:3])}" if finding.fixed else "no fix known"
    if not finding.fixed and finding.status:
        fix += f" ({finding.status})"
    return "; ".join((severity, _exploited_words(finding), use, fix))


def _exploited_words(finding: Vulnerability) -> str:
    if finding.exploited:
        ransom = ", by ransomware too" if finding.exploited.ransomware else ""
        return f"known to be exploited since {finding.exploited.added}{ransom}"
    if finding.epss is None:
        return "exploitation unknown"
    return f"{finding.epss:.1%} likely to be exploited within 30 days"


@dataclass(frozen=True, slots=True)
class UsedPaths:
    """What a workload was seen using, from its behaviour model."""

    paths: frozenset[str] = frozenset()
    """Absolute paths of executed programs and of loaded libraries and modules."""
    distributions: frozenset[str] = frozenset()
    """Python's and Node's packages that were imported: `requests 2.32.3`, or `requests` without a version."""
    owners: frozenset[str] = frozenset()
    """OS packages that own any of the paths, by name: the caller knows the files of each."""
    watched: bool = False
    """A model was given. Without one nothing is known, rather than not seen."""


def owners(paths: Iterable[str], owned: Iterable[tuple[str, str]]) -> frozenset[str]:
    """OS packages of the paths, for `UsedPaths.owners`; `owned`: (path, package) of the artifact's files."""
    by_path = {path: package for path, package in owned if package}
    return frozenset(by_path[path] for path in paths if path in by_path)


def in_use(findings: Iterable[Vulnerability], used: UsedPaths) -> tuple[Vulnerability, ...]:
    """The findings with `use` filled in."""
    return tuple(replace(finding, use=_use(finding, used)) for finding in findings)


_WATCHED_FILES = OS_TYPES | {"golang", "cargo", "maven", "generic"}
"""Types whose use is seen by files: programs, libraries, jars."""
_WATCHED_NAMES = frozenset({"pypi", "npm"})
"""Types whose use is seen by name, where the hooks of the layer told of imports."""


def _use(finding: Vulnerability, used: UsedPaths) -> Use:
    package = finding.package
    if not used.watched:
        return Use.UNKNOWN
    if package.type in _WATCHED_NAMES:
        names = {package.label, f"{package.label} {package.version}"}
        if names & used.distributions or _has_file(package.path, used):
            return Use.LOADED
        return Use.NOT_SEEN if used.distributions else Use.UNKNOWN
    if package.type not in _WATCHED_FILES:
        return Use.UNKNOWN
    if package.type in OS_TYPES:
        return Use.LOADED if package.name in used.owners else Use.NOT_SEEN
    return Use.LOADED if package.path.partition("!")[0] in used.paths else Use.NOT_SEEN


def _has_file(path: str, used: UsedPaths) -> bool:
    """Whether a file beside a package's own record was used: `…/node_modules/x/package.json`."""
    folder = path.rpartition("/")[0]
    if not path.endswith("/package.json") or not folder:
        return False
    return any(one.startswith(f"{folder}/") for one in used.paths)
