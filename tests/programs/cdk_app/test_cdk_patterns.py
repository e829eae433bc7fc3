"""The rules that wake the scanner and what the scanner reads: the same calls, and of the right accounts."""

import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from cdk_app import patterns
from outrider.function.changes import DATED, PLAIN, changes
from scanner_lambda import jobs
from scanner_lambda.jobs import Job

ACCOUNT, REGION = "123456789012", "eu-west-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop"
DATES = ("", "20150331", "20150331v2", "20181031", "20300101v3", "15", "v2", "x")
NAMES = sorted(
    {f"{name}{date}" for name in (*DATED, *PLAIN) for date in DATES}
    | {
        *("AddLayerVersionPermission20181031", "CreateAlias20150331", "CreateEventSourceMapping20150331"),
        *("DeleteFunction20150331", "DeleteFunctionUrlConfig", "GetFunction20150331v2", "Invoke"),
        *("PublishLayerVersion20181031", "PutFunctionConcurrency20171031", "TagResource20170331v2"),
        *("RemoveLayerVersionPermission20181031", "UpdateAlias20150331", "UpdateFunctionEventInvokeConfig"),
    }
)
"""What CloudTrail names such calls, and what looks like it."""


def called(name: str) -> dict[str, Any]:
    return {
        "source": "aws.lambda",
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT,
        "region": REGION,
        "detail": {
            "eventSource": "lambda.amazonaws.com",
            "eventName": name,
            "requestParameters": {"functionName": "shop"},
            "responseElements": {"functionArn": FUNCTION},
        },
    }


def matches(pattern: Any, event: dict[str, Any]) -> bool:
    """As EventBridge would, by moto's reading of patterns."""
    return bool(EventPattern(None, dict(pattern)).matches_event(event))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_brings_exactly_the_calls_that_the_scanner_reads(name: str) -> None:
    brought = matches(patterns.SCAN["FunctionChanges"], called(name))
    read = isinstance(jobs.parse(json.dumps(called(name))), Job)
    assert brought == read == changes(name)


def test_there_are_names_of_both_kinds() -> None:
    assert {True, False} == {changes(name) for name in NAMES}
    assert sum(map(changes, NAMES)) >= 4 * len(DATED) + len(PLAIN)


def test_of_an_account_is_of_no_other() -> None:
    pattern = patterns.of(patterns.SCAN["FunctionChanges"], ["999999999999", ACCOUNT])
    event = called("CreateFunction20150331")
    assert matches(pattern, event)
    assert not matches(pattern, {**event, "account": "111111111111"})
    assert not matches(pattern, {name: value for name, value in event.items() if name != "account"})
