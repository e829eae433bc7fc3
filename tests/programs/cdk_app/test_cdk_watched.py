"""Every function and every queue of the app is fed, bounded, traced, logged, alarmed and on the dashboard."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk_app.bundling import MODULES
from cdk_app.stacks.function import MAX_RECEIVES, SIZES

GOLDEN = Path("tests/golden/cdk/all")
"""Golden copies of the templates: tests/golden/test_golden_cdk.py says that they are those of now."""
FED = {"ScanFunction", "RematchFunction", "InjectorFunction", "ReporterFunction"}
"""Functions with a queue; the others are started by schedules."""


@pytest.fixture(scope="module")
def resources() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(GOLDEN.glob("*.json")):
        found |= json.loads(path.read_text())["Resources"]
    return found


def of_kind(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def functions(resources: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Id in CDK → logical id."""
    made = of_kind(resources, "AWS::Lambda::Function")
    found = {one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: name for name, one in made.items()}
    assert len(found) == len(made)
    return found


def queues(resources: dict[str, dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Working queues, and the names of those for dead letters."""
    made = of_kind(resources, "AWS::SQS::Queue")
    working = {name: one for name, one in made.items() if "RedrivePolicy" in one}
    return working, made.keys() - working.keys()


def mentions(value: Any, name: str) -> bool:
    """Whether the logical id is named: directly, or as what another stack exports."""
    text = json.dumps(value)
    return f'"{name}"' in text or any(f"Output{kind}{name}" in text for kind in ("Ref", "FnGetAtt"))


def alarms(resources: dict[str, dict[str, Any]], metric: str, name: str) -> Iterator[dict[str, Any]]:
    for alarm in of_kind(resources, "AWS::CloudWatch::Alarm").values():
        if alarm.get("MetricName") == metric and mentions(alarm["Dimensions"], name):
            yield alarm


def test_all_functions_of_the_app_are_meant(resources: dict[str, dict[str, Any]]) -> None:
    assert functions(resources).keys() == SIZES.keys() == MODULES.keys()


@pytest.mark.parametrize("function", SIZES)
def test_a_function_is_bounded_traced_and_logged(resources: dict[str, dict[str, Any]], function: str) -> None:
    made = resources[functions(resources)[function]]["Properties"]
    assert made["TracingConfig"] == {"Mode": "Active"}
    assert made["ReservedConcurrentExecutions"] >= 1
    assert made["LoggingConfig"]["LogFormat"] == "JSON"
    group = of_kind(resources, "AWS::Logs::LogGroup")[made["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["RetentionInDays"] == 365
    assert group["KmsKeyId"]
    assert made["KmsKeyArn"]


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("function", SIZES)
def test_a_function_has_its_alarms(resources: dict[str, dict[str, Any]], function: str, metric: str) -> None:
    found = list(alarms(resources, metric, functions(resources)[function]))
    assert len(found) == 1
    assert mentions(found[0]["AlarmActions"], "CoreTopic317B7CBB")


@pytest.mark.parametrize("function", sorted(FED))
def test_a_fed_function_takes_its_queue_message_by_message(
    resources: dict[str, dict[str, Any]], function: str
) -> None:
    name = functions(resources)[function]
    mappings = of_kind(resources, "AWS::Lambda::EventSourceMapping")
    made = [one for one in mappings.values() if mentions(one["FunctionName"], name)]
    assert len(made) == 1
    assert made[0]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    reserved = resources[name]["Properties"]["ReservedConcurrentExecutions"]
    assert 2 <= made[0]["ScalingConfig"]["MaximumConcurrency"] <= max(2, reserved)
    queue = resources[made[0]["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
    assert queue["VisibilityTimeout"] == 6 * resources[name]["Properties"]["Timeout"]


def test_every_queue_is_fed_into_a_function_and_has_dead_letters_and_alarms(
    resources: dict[str, dict[str, Any]],
) -> None:
    working, dead = queues(resources)
    assert len(working) == len(dead) == len(FED)
    mappings = of_kind(resources, "AWS::Lambda::EventSourceMapping")
    assert {one["EventSourceArn"]["Fn::GetAtt"][0] for one in mappings.values()} == working.keys()
    targets = [one["RedrivePolicy"] for one in working.values()]
    assert {one["deadLetterTargetArn"]["Fn::GetAtt"][0] for one in targets} == dead
    assert {one["maxReceiveCount"] for one in targets} == {MAX_RECEIVES}
    for name in working:
        assert len(list(alarms(resources, "ApproximateAgeOfOldestMessage", name))) == 1
    for name in dead:
        assert len(list(alarms(resources, "ApproximateNumberOfMessagesVisible", name))) == 1


def test_what_a_rule_cannot_deliver_waits_in_dead_letters(resources: dict[str, dict[str, Any]]) -> None:
    _, dead = queues(resources)
    rules = of_kind(resources, "AWS::Events::Rule")
    assert rules
    for rule in rules.values():
        for target in rule["Targets"]:
            assert any(mentions(target["DeadLetterConfig"]["Arn"], name) for name in dead)


def test_every_alarm_goes_to_the_topic(resources: dict[str, dict[str, Any]]) -> None:
    made = of_kind(resources, "AWS::CloudWatch::Alarm").values()
    assert len(made) == 2 * len(SIZES) + 2 * len(FED) + 1
    assert all(mentions(alarm["AlarmActions"], "CoreTopic317B7CBB") for alarm in made)


def test_the_dashboard_names_every_function_and_every_queue(resources: dict[str, dict[str, Any]]) -> None:
    (board,) = of_kind(resources, "AWS::CloudWatch::Dashboard").values()
    working, dead = queues(resources)
    body = board["DashboardBody"]
    missing = [name for name in (*functions(resources).values(), *working, *dead) if not mentions(body, name)]
    assert missing == []
    for metric in ("Errors", "Duration", "ApproximateNumberOfMessagesVisible", "DatabaseAgeDays"):
        assert metric in json.dumps(body)


def test_a_function_that_nobody_watches_would_be_seen(resources: dict[str, dict[str, Any]]) -> None:
    assert not list(alarms(resources, "Errors", "NobodyWatchesThisFunction"))
    (board,) = of_kind(resources, "AWS::CloudWatch::Dashboard").values()
    assert not mentions(board["DashboardBody"], "NobodyWatchesThisFunction")
