"""Findings on the HTML page: upgrades first, then every vulnerability; secrets; compliance by pack."""

from outrider.model.artifact import Contents
from outrider.model.finding import Vulnerability
from outrider.report import tally
from outrider.report.html_pieces import (
    Markup,
    Piece,
    element,
    folded,
    joined,
    link,
    listed,
    section,
    severity,
    table,
    tag,
)
from outrider.report.report import Report
from outrider.report.tally import plural
from outrider.report.upgrades import Upgrade, upgrades


def vulnerabilities(report: Report) -> str:
    """Upgrades, then all vulnerabilities in one table."""
    found = report.findings.vulnerabilities
    if not found and not tally.MATCHING & set(report.scanned):
        return ""
    pieces: list[Piece] = [element("p", tally.vulnerability_count(found))]
    if found:
        pieces += _upgrades(report.contents, upgrades(report.contents, found))
        heads = ("Severity", "Vulnerability", "Package", "Fixed in", "Risk", "Where")
        rows = [_row(one) for one in found]
        pieces.append(Markup("<h3>All vulnerabilities</h3>"))
        pieces.append(table("Most urgent first", heads, rows, sortable=True))
    return section("vulnerabilities", "Vulnerabilities", *pieces)


def secrets(report: Report) -> str:
    """What looks like a credential."""
    found = report.findings.secrets
    if not found:
        return (
            section("secrets", "Secrets", element("p", "none found")) if "secrets" in report.scanned else ""
        )
    rows: list[tuple[Piece, ...]] = [
        (
            severity(one.severity),
            joined(one.title, element("code", one.redacted)),
            joined(
                element("code", f"{one.path}{f':{one.line}' if one.line else ''}"),
                tag("removed in a higher layer, still in the image") if one.removed else "",
            ),
            str(one.layer) if one.layer >= 0 else "",
            one.confidence + (", checksum right" if one.checked else ""),
        )
        for one in found
    ]
    heads = ("Severity", "What", "Where", "Layer", "Confidence")
    return section("secrets", "Secrets", table("Credentials are never shown in full", heads, rows))


def compliance(report: Report) -> str:
    """Each pack with the rules that fail."""
    pieces: list[Piece] = []
    for pack, counted, failing in tally.packs(report.findings.checks):
        pieces.append(element("h3", pack or "other checks"))
        pieces.append(element("p", f"{len(failing)} of {plural(counted, 'check')} failed"))
        for control, check in failing:
            title = joined(
                severity(check.severity), element("strong", control) if control else "", check.title
            )
            remedy = element("p", check.remedy) if check.remedy else ""
            pieces.append(folded(title, listed(check.evidence), remedy))
    return section("compliance", "Compliance", *pieces) if pieces else ""


def _upgrades(contents: Contents, groups: list[Upgrade]) -> list[Piece]:
    pieces: list[Piece] = []
    apart = any(layer.base for layer in contents.layers)
    for base in (False, True):
        fixable = [one for one in groups if one.to and one.base is base]
        if fixable:
            where = (" from the base image" if base else " in the image's own layers") if apart else ""
            pieces.append(Markup(f"<h3>Upgrades{where}</h3>"))
            pieces += [_upgrade(contents, one) for one in fixable]
    unfixed = [one for one in groups if not one.to]
    if unfixed:
        number = sum(len(one.vulnerabilities) for one in unfixed)
        pieces.append(Markup("<h3>No fix yet</h3>"))
        names = (joined(f"{one.name} {one.version}:", ", ".join(one.identities)) for one in unfixed)
        pieces.append(folded(f"{number} in {plural(len(unfixed), 'package')}", listed(names)))
    return pieces


def _upgrade(contents: Contents, one: Upgrade) -> Markup:
    worst = max(each.severity for each in one.vulnerabilities)
    exploited = any(each.exploited for each in one.vulnerabilities)
    title = joined(
        severity(worst),
        element("strong", one.name),
        f"{one.version} → {one.to}: fixes {len(one.identities)}",
        tag("exploited", "critical") if exploited else "",
    )
    instruction = contents.layers[one.layer].instruction if 0 <= one.layer < len(contents.layers) else ""
    layer = joined(f"Layer {one.layer}:", element("code", instruction)) if one.layer >= 0 else ""
    facts = [", ".join(one.identities), f"Packages: {', '.join(one.packages)}"]
    places = listed(element("code", place) for place in one.places)
    return folded(
        title, *(element("p", fact) for fact in facts), element("p", layer) if layer else "", places
    )


def _row(one: Vulnerability) -> tuple[Piece, ...]:
    name = joined(
        element("strong", one.id),
        tag("exploited", "critical") if one.exploited else "",
        tag(one.use.value) if one.use.value != "unknown" else "",
        tag(f"EPSS {one.epss:.1%}") if one.epss is not None else "",
    )
    more = [one.risk_why, ", ".join((*one.aliases, *one.cwes)), f"Severity by {one.severity_source}"]
    told = folded(one.summary or "Details", listed([*filter(None, more), *map(link, one.references[:10])]))
    fixed = ", ".join(one.fixed) or one.status or "no fix"
    layer = f"layer {one.package.layer}" if one.package.layer >= 0 else ""
    return (
        severity(one.severity),
        joined(name, told),
        joined(one.package.label, element("span", one.package.version, css="soft")),
        fixed,
        Markup(f"{one.risk:.0f}", key=f"{one.risk:.1f}"),
        joined(element("code", one.package.path) if one.package.path else "", layer),
    )
