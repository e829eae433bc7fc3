"""The formula, its monotony, its words, and what counts as used."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.model.finding import Exploited, Severity, Use, Vulnerability
from outrider.model.package import Package
from outrider.scan import risk
from outrider.scan.risk import UsedPaths

PACKAGE = Package(type="pypi", name="requests", version="2.31.0")
KNOWN = Exploited("2024-02-03", ransomware=True)
FINDINGS = st.builds(
    lambda severity, epss, exploited, use, fixed: Vulnerability(
        id="CVE-2024-1",
        package=PACKAGE,
        severity=severity,
        epss=epss,
        exploited=exploited,
        use=use,
        fixed=fixed,
    ),
    st.sampled_from(Severity),
    st.none() | st.floats(0, 1),
    st.none() | st.just(KNOWN),
    st.sampled_from(Use),
    st.sampled_from([(), ("1.1",)]),
)
RATED = [Severity.NEGLIGIBLE, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]


def finding(**more: object) -> Vulnerability:
    return replace(Vulnerability(id="CVE-2024-1", package=PACKAGE), **more)  # type: ignore[arg-type]


class TestFormula:
    @given(FINDINGS)
    def test_between_0_and_100(self, one: Vulnerability) -> None:
        assert 0 < risk.risk(one) <= 100

    @given(FINDINGS)
    def test_more_severe_is_more_urgent(self, one: Vulnerability) -> None:
        steps = [risk.risk(replace(one, severity=severity)) for severity in RATED]
        assert steps == sorted(set(steps))

    @given(FINDINGS, st.floats(0, 1), st.floats(0, 1))
    def test_more_likely_is_never_less_urgent(self, one: Vulnerability, less: float, more: float) -> None:
        less, more = sorted((less, more))
        low, high = (risk.risk(replace(one, epss=epss)) for epss in (less, more))
        assert low <= high <= risk.risk(replace(one, exploited=KNOWN))

    @given(FINDINGS)
    def test_use_and_fix(self, one: Vulnerability) -> None:
        uses = [risk.risk(replace(one, use=use)) for use in (Use.NOT_SEEN, Use.UNKNOWN, Use.LOADED)]
        assert uses == sorted(uses)
        assert risk.risk(replace(one, fixed=())) <= risk.risk(replace(one, fixed=("2",)))

    def test_figures(self) -> None:
        worst = finding(severity=Severity.CRITICAL, exploited=KNOWN, use=Use.LOADED, fixed=("2",))
        assert risk.risk(worst) == 100
        assert risk.risk(finding(severity=Severity.HIGH, epss=0.04, fixed=("2",))) == 27.6
        assert risk.risk(finding()) > risk.risk(finding(severity=Severity.MEDIUM))

    def test_the_unknown_is_not_harmless(self) -> None:
        assert risk.risk(finding()) > risk.risk(finding(severity=Severity.LOW))


class TestOrder:
    def test_by_risk_then_by_names(self) -> None:
        low, b, a = finding(id="CVE-1", severity=Severity.LOW), finding(id="CVE-3"), finding(id="CVE-2")
        assert [one.id for one in risk.assess([low, b, a])] == ["CVE-2", "CVE-3", "CVE-1"]
        assert risk.assess([low, b, a]) == risk.assess([a, low, b])

    def test_words(self) -> None:
        (one,) = risk.assess(
            [finding(severity=Severity.HIGH, exploited=KNOWN, use=Use.LOADED, fixed=("2", "3"))]
        )
        assert one.risk_why == (
            "high severity; known to be exploited since 2024-02-03, by ransomware too; "
            "loaded by the workload; fixed in 2, 3"
        )
        assert risk.why(finding(epss=0.0123, status="no-dsa", use=Use.NOT_SEEN)) == (
            "severity unknown; 1.2% likely to be exploited within 30 days; "
            "not seen loaded; no fix known (no-dsa)"
        )


def use_of(package: Package, used: UsedPaths) -> Use:
    (one,) = risk.in_use([Vulnerability(id="CVE-1", package=package)], used)
    return one.use


class TestUse:
    SSL = Package(type="deb", name="libssl3", version="3")
    JAR = Package(type="maven", name="x", version="1", path="/app.jar!/lib/x.jar")
    NODE = Package(
        type="npm", namespace="@a", name="b", version="1", path="/app/node_modules/@a/b/package.json"
    )
    GEM = Package(type="gem", name="rack", version="1")

    @pytest.mark.parametrize("package", [SSL, JAR, NODE, GEM, PACKAGE])
    def test_without_a_model_nothing_is_known(self, package: Package) -> None:
        assert use_of(package, UsedPaths()) is Use.UNKNOWN

    @pytest.mark.parametrize(
        ("package", "used", "expected"),
        [
            (SSL, UsedPaths(owners=frozenset({"libssl3"}), watched=True), Use.LOADED),
            (SSL, UsedPaths(owners=frozenset({"bash"}), watched=True), Use.NOT_SEEN),
            (JAR, UsedPaths(paths=frozenset({"/app.jar"}), watched=True), Use.LOADED),
            (JAR, UsedPaths(watched=True), Use.NOT_SEEN),
            (PACKAGE, UsedPaths(distributions=frozenset({"requests 2.31.0"}), watched=True), Use.LOADED),
            (PACKAGE, UsedPaths(distributions=frozenset({"requests"}), watched=True), Use.LOADED),
            (PACKAGE, UsedPaths(distributions=frozenset({"requests 2.0"}), watched=True), Use.NOT_SEEN),
            (PACKAGE, UsedPaths(paths=frozenset({"/bin/sh"}), watched=True), Use.UNKNOWN),
            (NODE, UsedPaths(distributions=frozenset({"@a/b 1"}), watched=True), Use.LOADED),
            (NODE, UsedPaths(paths=frozenset({"/app/node_modules/@a/b/x.node"}), watched=True), Use.LOADED),
            (GEM, UsedPaths(paths=frozenset({"/bin/sh"}), watched=True), Use.UNKNOWN),
        ],
    )
    def test_kinds(self, package: Package, used: UsedPaths, expected: Use) -> None:
        assert use_of(package, used) is expected

    def test_owners_of_paths(self) -> None:
        owned = [("/usr/lib/libssl.so.3", "libssl3"), ("/bin/bash", "bash"), ("/bin/none", "")]
        assert risk.owners(["/usr/lib/libssl.so.3", "/bin/none", "/x"], owned) == frozenset({"libssl3"})
