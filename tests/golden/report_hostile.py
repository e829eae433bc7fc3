"""A report whose every text does its worst: what may stand in an artifact or a feed."""

from dataclasses import replace

from outrider.model.finding import Findings, Ignored, Violation
from outrider.model.identity import words_of
from outrider.model.outcome import Covered, Failed, Skipped
from outrider.report.report import Report

NASTY = (
    "\x1b[2J\x1b]0;owned\x07",
    "one\ntwo\r\nthree\x85four\u2028five",
    "safe\u202e\u2066elbat\u2069\u202c",
    '</script><script>alert(1)</script><img src=x onerror="alert(2)">',
    "]]><!--&amp; [link](javascript:alert) {0} %s [bold red]x[/]",
    "\udc80half\ud83d",
    "\x00\x7f\x9b31m\ufffe\ufeff",
    "界" * 80,
    "x" * 5000,
    "",
    " ",
    "a\u0301" * 40,
)


def hostile(report: Report, word: str) -> Report:
    """The report with a nasty word in every text that comes from an artifact or a feed."""
    contents, findings = report.contents, report.findings
    named = word or "x"
    renamed = {
        package: replace(
            package,
            name=named,
            version=named,
            namespace=word,
            licence=word,
            path=f"/{word}",
            owner=word,
            source_name=word,
            dependencies=(word,),
            qualifiers=((word, word), ("arch", word)),
        )
        for package in contents.packages
    }
    vulnerabilities = tuple(
        replace(
            one,
            id=named,
            package=renamed[one.package],
            summary=word,
            references=(word, f"https://{word}"),
            cwes=(word, f"CWE-{word}"),
            fixed=(word,) if one.fixed else (),
            status=word,
            aliases=(word,),
            risk_why=word,
            severity_source=word,
            published=word,
        )
        for one in findings.vulnerabilities
    )
    secrets = tuple(replace(one, path=f"/{word}", redacted=word, title=word) for one in findings.secrets)
    checks = tuple(
        replace(one, title=word, evidence=(word,), remedy=word, controls=((word, word),))
        for one in findings.checks
    )
    layers = tuple(replace(one, instruction=word) for one in contents.layers)
    release = contents.release and replace(contents.release, id=word, version=word, name=word, like=(word,))
    return replace(
        report,
        contents=replace(
            contents,
            name=word,
            release=release,
            layers=layers,
            created=word,
            history=(),
            packages=tuple(renamed.values()),
            labels=((word, word),),
            runtime=word,
            platform=word,
        ),
        findings=Findings(
            vulnerabilities=vulnerabilities, secrets=secrets, checks=checks, database=findings.database
        ),
        outcomes=(Covered(word, word), Skipped(word, word), Failed(word, word, word)),
        violations=(Violation(rule=word, words=word, subject=word),),
        ignored=(Ignored(subject=words_of(vulnerabilities[0]), reason=word, owner=word),),
    )
