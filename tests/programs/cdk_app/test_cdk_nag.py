"""AwsSolutions of cdk-nag on the app itself, as `cdk synth` runs it: nothing unexplained, no idle reason."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from cdk_app.app import FLAGS, checked, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import Settings
from cdk_app.stacks import nag
from cdk_app.stacks.packages import Bundled

pytestmark = pytest.mark.whole

CHOICES = {
    "default": Settings(),
    "all": Settings(
        mode="block",
        security_hub="true",
        task_events="queue",
        database_mirror="https://feeds.example.com",
        alarm_email="security@example.com",
        members=("111111111111",),
        organization="o-abcdefghij",
    ),
    "member": Settings(hub="111111111111", organization="o-abcdefghij"),
}


def app(folder: Path) -> cdk.App:
    return checked(cdk.App(context=FLAGS, outdir=str(folder)))


def findings(folder: Path) -> set[tuple[str, str]]:
    """(rule, path of the construct) of all that cdk-nag objected to."""
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


@pytest.mark.parametrize("name", CHOICES)
def test_the_app_synthesises_under_cdk_nag(name: str, tmp_path: Path) -> None:
    made = app(tmp_path)
    stacks(made, CHOICES[name], Bundled(Stub()))
    made.synth()


def test_what_is_found_without_our_reasons_is_exactly_what_they_are_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: set[tuple[str, str]] = set()

    def note(construct: cdk.Resource, rule: str, reason: str) -> None:
        assert reason
        said.add((rule, f"{construct.node.path}/Resource"))

    monkeypatch.setattr(nag, "_acknowledge", note)
    made = app(tmp_path)
    stacks(made, CHOICES["all"], Bundled(Stub()))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        made.synth()
    assert said == findings(tmp_path)
    assert said


def test_it_stops_what_has_no_reason(tmp_path: Path) -> None:
    made = app(tmp_path)
    stack: Any = cdk.Stack(made, "Planted")
    s3.CfnBucket(stack, "Open")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        made.synth()
    assert ("AwsSolutions-S1", "Planted/Open") in findings(tmp_path)
