"""The facts that every format for people opens with, in words."""

from collections import Counter
from collections.abc import Iterable

from outrider.model.artifact import Contents
from outrider.model.finding import Answer, Check, DatabaseFact, Severity, Vulnerability
from outrider.model.outcome import Failed, count
from outrider.report.report import Report

MATCHING = frozenset({"os", "language"})
"""Members of `Report.scanned` for which advisories are looked up."""


def partial(report: Report) -> bool:
    """Whether something could not be looked at: then nothing that is not listed is known to be absent."""
    return any(isinstance(outcome, Failed) for outcome in report.outcomes)


def coverage(report: Report) -> str:
    """The line every report opens with; `PARTIAL: 3 covered, 0 skipped, 1 failed` where something failed."""
    return ("PARTIAL: " if partial(report) else "") + count(report.outcomes)


def target(contents: Contents) -> list[str]:
    """What was looked at: name with the short digest, release, platform, runtime; what is not known is left
    out."""
    digest = f" ({contents.digest[:19]})" if contents.digest else ""
    facts = [contents.name + digest]
    if release := contents.release:
        facts.append(release.name or f"{release.id} {release.version}".strip())
    return [*facts, *(fact for fact in (contents.platform, contents.runtime) if fact)]


def database(fact: DatabaseFact) -> str:
    """How old the advisories are."""
    if not fact.digest:
        return "no advisory database"
    if fact.age_days is None:
        return "advisory database of unknown age"
    if fact.age_days < 1:
        return "advisory database less than a day old"
    days = int(fact.age_days)
    return f"advisory database {plural(days, 'day')} old"


def severities(words: Iterable[Severity]) -> str:
    """`2 critical, 1 high`, worst first; empty when there is none."""
    counts = Counter(words)
    return ", ".join(f"{counts[level]} {level.word}" for level in sorted(counts, reverse=True))


def vulnerability_count(found: tuple[Vulnerability, ...]) -> str:
    """`7 vulnerabilities: 2 critical, 5 high; 1 exploited; 5 with a fix`. One in three packages counts three
    times."""
    text = plural(len(found), "vulnerability", "vulnerabilities")
    if not found:
        return text
    exploited = sum(one.exploited is not None for one in found)
    fixable = sum(bool(one.fixed) for one in found)
    loaded = sum(one.use.value == "loaded" for one in found)
    facts = [severities(one.severity for one in found)]
    facts += [f"{exploited} exploited"] if exploited else []
    facts += [f"{loaded} in use"] if loaded else []
    return f"{text}: {'; '.join([*facts, f'{fixable} with a fix'])}"


def packs(checks: Iterable[Check]) -> list[tuple[str, int, list[tuple[str, Check]]]]:
    """(pack, number of answers that count, [(control, failing check)]) by name; checks of no pack come under
    an empty name."""
    rows: dict[str, tuple[list[Check], list[tuple[str, Check]]]] = {}
    for check in checks:
        for pack, control in check.controls or (("", ""),):
            counted, failing = rows.setdefault(pack, ([], []))
            if check.answer is not Answer.NOT_APPLICABLE and check not in counted:
                counted.append(check)
            if check.answer is Answer.FAIL:
                failing.append((control, check))
    return [(pack, len(rows[pack][0]), rows[pack][1]) for pack in sorted(rows)]


def next_steps(report: Report) -> list[str]:
    """What to do next, most useful first. Never empty."""
    findings = report.findings
    steps = []
    if failed := sum(isinstance(one, Failed) for one in report.outcomes):
        steps.append(f"{plural(failed, 'part')} could not be looked at: mend what failed, then scan again")
    if MATCHING & set(report.scanned) and not findings.database.digest:
        steps.append("build or fetch an advisory database: without one nothing is known to be vulnerable")
    sure = [secret for secret in findings.secrets if secret.confidence != "low"]
    if any(not secret.removed for secret in sure):
        steps.append("revoke the credentials first, then take them out: whoever has the artifact has them")
    elif sure:
        steps.append("revoke the credentials: removed in a higher layer, they are still in the image")
    if any(one.fixed for one in findings.vulnerabilities):
        steps.append("make the upgrades, the first one first; a newer base image brings its own along")
    if any(check.answer is Answer.FAIL for check in findings.checks):
        steps.append("mend what breaks the rules, worst first; --details says whose rules they are")
    if report.gated and report.violations:
        steps.append("or take the risk by an ignore entry with an owner, a reason and a date")
    return steps or ["nothing to do"]


def plural(number: int, one: str, many: str = "") -> str:
    """`1 day`, `2 days`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
