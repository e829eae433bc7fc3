"""What SARIF, JUnit, CycloneDX and JSON say beyond being well-formed."""

import json
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from golden import report_cases
from golden.report_hostile import NASTY, hostile

from outrider.model.finding import Ignored, Severity
from outrider.model.identity import identity_of, words_of
from outrider.report.registry import FORMATS
from outrider.report.report import Report
from outrider.report.sarif import security_severity

REPORTS = [*report_cases.REPORTS.values(), *(hostile(report_cases.IMAGE, word) for word in NASTY)]
EVERY = pytest.mark.parametrize("number", range(len(REPORTS)))
IMAGE = report_cases.IMAGE


def document(form: str, report: Report = IMAGE) -> Any:
    return json.loads(FORMATS[form].render(report))


def junit(report: Report = IMAGE) -> Element:
    root: Element = fromstring(FORMATS["junit"].render(report))
    return root


def kinds(root: Element, suite: str) -> dict[str, list[str]]:
    """Case → what became of it."""
    return {
        case.get("name", ""): [inner.tag for inner in case]
        for case in root.findall(f"testsuite[@name='{suite}']/testcase")
    }


class TestSarif:
    def test_every_result_points_to_its_rule_and_a_place(self) -> None:
        run = document("sarif")["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules))
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]
            assert place["uriBaseId"] in run["originalUriBaseIds"]
            assert not place["uri"].startswith("/")

    def test_secrets_and_failing_checks_are_results_and_passing_ones_are_not(self) -> None:
        rules = [result["ruleId"] for result in document("sarif")["runs"][0]["results"]]
        assert "secret/aws-access-key-id" in rules
        assert "compliance/runs_as_non_root" in rules
        assert "compliance/has_healthcheck" not in rules

    def test_the_score_is_in_the_band_of_the_severity(self) -> None:
        found = report_cases.KEV
        assert security_severity(found) == 9.8
        assert security_severity(replace(found, severity=Severity.LOW)) == 2.0
        assert security_severity(replace(found, severity=Severity.UNKNOWN)) is None

    def test_an_ignored_result_is_suppressed_and_a_failure_is_told(self) -> None:
        run = document("sarif")["runs"][0]
        suppressed = [result["ruleId"] for result in run["results"] if "suppressions" in result]
        assert suppressed == ["CVE-2024-90004"]
        assert run["invocations"][0]["executionSuccessful"] is False

    def test_the_fingerprint_outlives_a_new_version_and_a_moved_line(self) -> None:
        found, secret = report_cases.KEV, report_cases.SECRETS[0]
        newer = replace(found, package=replace(found.package, version="4", layer=7))
        assert identity_of(newer) == identity_of(found)
        assert identity_of(replace(secret, line=9)) == identity_of(secret)
        assert identity_of(replace(found, id="CVE-1")) != identity_of(found)


class TestJunit:
    @EVERY
    def test_the_counts_are_those_of_the_cases(self, number: int) -> None:
        root = junit(REPORTS[number])
        for suite in [root, *root.findall("testsuite")]:
            cases = suite.findall(".//testcase")
            assert int(suite.get("tests", "")) == len(cases)
            assert int(suite.get("failures", "")) == len(suite.findall(".//failure"))
            assert int(suite.get("errors", "")) == len(suite.findall(".//error"))

    @EVERY
    def test_it_has_the_form_that_jenkins_reads(self, number: int) -> None:
        """The parts of junit-10.xsd that we use: which elements stand where, with which attributes."""
        attributes = {
            "testsuites": {"name", "tests", "failures", "errors"},
            "testsuite": {"name", "tests", "failures", "errors", "skipped"},
            "testcase": {"name", "classname"},
            "failure": {"message", "type"},
            "error": {"message", "type"},
            "skipped": {"message"},
            "properties": set(),
            "property": {"name", "value"},
        }
        inside = {
            "testsuites": {"testsuite"},
            "testsuite": {"testcase", "properties"},
            "properties": {"property"},
            "testcase": {"failure", "error", "skipped"},
        }
        for element in junit(REPORTS[number]).iter():
            assert set(element.keys()) == attributes[element.tag]
            assert {inner.tag for inner in element} <= inside.get(element.tag, set())
            assert element.tag != "testcase" or len(element) <= 1

    def test_with_a_gate_what_fails_it_fails(self) -> None:
        root = junit()
        found = kinds(root, "vulnerabilities")
        assert found["CVE-2023-90001 in libssl3 3.0.11-1~deb12u2"] == ["failure"]
        assert found["CVE-2023-90001 in openssl 3.0.11-1~deb12u2"] == []
        assert found["CVE-2024-90004 in zlib1g 1:1.2.13.dfsg-1"] == ["skipped"]
        assert kinds(root, "compliance")["runs_as_non_root"] == ["failure"]
        assert kinds(root, "compliance")["no_setuid"] == ["skipped"]
        assert kinds(root, "gate") == {"secrets: registry.example/shop:1.4": ["failure"]}
        assert kinds(root, "coverage")["/app/broken.jar"] == ["error"]

    def test_without_a_gate_every_finding_fails(self) -> None:
        root = junit(replace(IMAGE, gated=False, violations=(), ignored=()))
        assert set(map(tuple, kinds(root, "vulnerabilities").values())) == {("failure",)}
        assert set(map(tuple, kinds(root, "secrets").values())) == {("failure",)}
        assert kinds(root, "compliance")["has_healthcheck"] == []

    def test_a_gate_that_passes_has_one_passing_case(self) -> None:
        assert kinds(junit(report_cases.FUNCTION), "gate") == {"the gate lets it pass": []}

    def test_a_violation_of_an_ignored_finding_is_not_lost(self) -> None:
        entry = Ignored(subject=words_of(report_cases.KEV), reason="no")
        root = junit(replace(IMAGE, ignored=(entry,)))
        assert len(kinds(root, "gate")) == 3


class TestCycloneDx:
    @EVERY
    def test_every_reference_leads_somewhere(self, number: int) -> None:
        told = document("cyclonedx", REPORTS[number])
        refs = [told["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in told["components"])]
        refs += [one["bom-ref"] for one in told["vulnerabilities"]]
        assert len(refs) == len(set(refs))
        used = {ref for node in told["dependencies"] for ref in (node["ref"], *node["dependsOn"])}
        used |= {one["ref"] for entry in told["vulnerabilities"] for one in entry["affects"]}
        assert used <= set(refs)

    def test_the_number_is_that_of_the_content(self) -> None:
        first = document("cyclonedx")["serialNumber"]
        assert first == document("cyclonedx")["serialNumber"]
        assert first != document("cyclonedx", replace(IMAGE, scanner="0.2.0"))["serialNumber"]

    def test_programs_without_an_owner_are_files(self) -> None:
        files = [one["name"] for one in document("cyclonedx")["components"] if one["type"] == "file"]
        assert files == ["/app/bin/tool"]

    def test_edges_and_the_release(self) -> None:
        told = document("cyclonedx")
        graph = {node["ref"]: node["dependsOn"] for node in told["dependencies"]}
        assert graph["pkg:npm/%40babel/core@7.0.0"] == ["pkg:npm/lodash@4.17.20"]
        assert "operating-system" in graph["artifact"]
        assert "pkg:npm/lodash@4.17.20" not in graph["artifact"]
        assert told["metadata"]["timestamp"] == "2024-05-02T06:09:10Z"
        assert "timestamp" not in document("cyclonedx", report_cases.FUNCTION)["metadata"]


class TestJson:
    @EVERY
    def test_every_finding_names_a_package_that_is_there(self, number: int) -> None:
        told = document("json", REPORTS[number])
        refs = [one["ref"] for one in told["packages"]]
        assert len(refs) == len(set(refs))
        assert {one["package"]["ref"] for one in told["vulnerabilities"]} <= set(refs)

    def test_a_baseline_can_be_read_from_it(self) -> None:
        told = document("json")
        known = {one["known_as"] for kind in ("vulnerabilities", "secrets", "checks") for one in told[kind]}
        findings = IMAGE.findings
        assert known == {
            identity_of(one) for one in (*findings.vulnerabilities, *findings.secrets, *findings.checks)
        }

    def test_values_of_variables_are_not_told(self) -> None:
        assert document("json")["artifact"]["config"]["env"] == ["TOKEN"]
