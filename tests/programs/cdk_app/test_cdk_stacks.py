"""The stacks as they are synthesised: one process for all, no network and no command line of CDK."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import Settings
from cdk_app.stacks.members import LOOKING
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import PERMISSIONS
from tests.programs.cdk_app.iam_checker import statements

OWNERS = {
    "ScanFunction": "Scanner",
    "SweepFunction": "Scanner",
    "DatabaseFunction": "Scanner",
    "RematchFunction": "Scanner",
    "InjectorFunction": "Injector",
    "ReporterFunction": "Reporting",
    "StagesFunction": "Reporting",
}


def synthesised(settings: Settings) -> dict[str, cdk.Stack]:
    return stacks(cdk.App(context=FLAGS), settings, Bundled(Stub()))


@pytest.fixture(scope="module")
def made() -> dict[str, cdk.Stack]:
    return synthesised(Settings(members=("111111111111",)))


@pytest.fixture(scope="module")
def templates(made: dict[str, cdk.Stack]) -> dict[str, dict[str, Any]]:
    return {name: dict(assertions.Template.from_stack(stack).to_json()) for name, stack in made.items()}


def resources(templates: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    every = [r for template in templates.values() for r in template["Resources"].values()]
    return [r["Properties"] for r in every if r["Type"] == kind]


def test_no_action_has_a_wildcard(templates: dict[str, dict[str, Any]]) -> None:
    for function, owner in OWNERS.items():
        for statement in statements(templates[owner], function):
            words = statement["Action"]
            assert not any("*" in action for action in ([words] if isinstance(words, str) else words))


def test_each_role_has_the_statements_of_the_table_and_no_others(
    templates: dict[str, dict[str, Any]],
) -> None:
    assert OWNERS.keys() == PERMISSIONS.keys()
    for function, owner in OWNERS.items():
        extra = {"Members"} if function in LOOKING else set()
        wanted = {grant.sid for grant in PERMISSIONS[function]} | extra
        found = [statement["Sid"] for statement in statements(templates[owner], function)]
        assert len(found) == len(set(found))
        assert set(found) == wanted


def test_without_context_nothing_is_injected_unasked(templates: dict[str, dict[str, Any]]) -> None:
    variables: dict[str, Any] = {}
    for function in resources(templates, "AWS::Lambda::Function"):
        variables |= function["Environment"]["Variables"]
    assert variables["OUTRIDER_MODE"] == "alert"
    assert variables["OUTRIDER_OPT"] == "in"
    assert variables["OUTRIDER_ACT_ON_IAC"] == "false"
    assert variables["OUTRIDER_SECURITY_HUB"] == "false"


def test_each_function_is_traced_reserved_and_logs_into_a_group_that_ends(
    templates: dict[str, dict[str, Any]],
) -> None:
    functions = resources(templates, "AWS::Lambda::Function")
    assert len(functions) == len(OWNERS)
    for function in functions:
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["ReservedConcurrentExecutions"] >= 1
        assert function["Architectures"] == ["arm64"]
    groups = resources(templates, "AWS::Logs::LogGroup")
    assert len(groups) == len(OWNERS)
    assert all(group["RetentionInDays"] == 90 and group["KmsKeyId"] for group in groups)


def test_packages_differ_from_function_to_function(templates: dict[str, dict[str, Any]]) -> None:
    keys = [str(function["Code"]["S3Key"]) for function in resources(templates, "AWS::Lambda::Function")]
    assert len(set(keys)) == len(keys)


def test_a_queue_has_dead_letters_and_hides_what_is_worked_on(templates: dict[str, dict[str, Any]]) -> None:
    fed = [queue for queue in resources(templates, "AWS::SQS::Queue") if "RedrivePolicy" in queue]
    assert sorted(queue["VisibilityTimeout"] for queue in fed) == [360, 1800, 5400, 5400]
    assert all(queue["KmsMasterKeyId"] for queue in resources(templates, "AWS::SQS::Queue"))


def test_the_injector_is_not_woken_by_itself(templates: dict[str, dict[str, Any]]) -> None:
    patterns = [
        rule["EventPattern"]["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
        for rule in resources({"Injector": templates["Injector"]}, "AWS::Events::Rule")
        if "detail" in rule.get("EventPattern", {})
    ]
    assert len(patterns) == 2
    assert all("Fn::GetAtt" in pattern[0]["anything-but"][0] for pattern in patterns)
