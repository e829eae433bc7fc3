"""Messages of the queue: what is taken for work, and what is refused."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from scanner_lambda import caps, jobs
from scanner_lambda.jobs import Ignored, Job

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop"
DIGEST = "sha256:" + "ab" * 32
IMAGE = Job(kind="image", account=ACCOUNT, region=REGION, repository="team/shop", digest=DIGEST, tag="v1")
FUNCTION = Job(kind="function", account=ACCOUNT, region=REGION, function=f"{ARN}:7", attempt=3)


def called(name: str, **detail: Any) -> dict[str, Any]:
    inner = {
        "eventSource": "lambda.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "requestParameters": {"functionName": "shop"},
        "responseElements": {"functionArn": ARN},
    }
    return {
        "source": "aws.lambda",
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT,
        "region": REGION,
        "detail": inner | detail,
    }


@pytest.mark.parametrize("job", [IMAGE, FUNCTION])
def test_a_job_comes_back_as_it_was_sent(job: Job) -> None:
    assert jobs.parse(jobs.dump(job)) == job


@pytest.mark.parametrize(
    "name",
    [
        "CreateFunction20150331",
        "UpdateFunctionCode20150331v2",
        "UpdateFunctionConfiguration20150331v2",
        "PublishVersion20150331",
        "CreateFunctionUrlConfig",
        "UpdateFunctionUrlConfig",
        "AddPermission20150331v2",
        "RemovePermission20150331v2",
    ],
)
def test_calls_that_change_a_function_are_work(name: str) -> None:
    job = jobs.parse(json.dumps(called(name)))
    assert job == Job(kind="function", account=ACCOUNT, region=REGION, function=ARN, reason="update")


@pytest.mark.parametrize(
    "asked",
    ["shop", f"{ACCOUNT}:shop", ARN, f"{ACCOUNT}:function:shop", "shop:live", "function:shop:$LATEST"],
)
def test_without_an_answer_the_function_is_the_one_that_was_asked_for(asked: str) -> None:
    event = called("UpdateFunctionCode20150331v2", responseElements=None)
    event["detail"]["requestParameters"] = {"functionName": asked}
    job = jobs.parse(json.dumps(event))
    assert isinstance(job, Job) and job.function == ARN


@pytest.mark.parametrize(
    "event",
    [
        called("CreateFunction20150331", errorCode="AccessDenied"),
        called("DeleteFunction20150331"),
        called("GetFunction20150331v2"),
        {"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": {"action-type": "DELETE"}},
    ],
)
def test_events_that_change_nothing_are_ignored(event: dict[str, Any]) -> None:
    assert isinstance(jobs.parse(json.dumps(event)), Ignored)


OWN = json.loads(jobs.dump(IMAGE))
PUSHED = {
    "source": "aws.ecr",
    "detail-type": "ECR Image Action",
    "account": ACCOUNT,
    "region": REGION,
    "resources": [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/shop", "arn:aws:s3:::any"],
    "detail": {
        "action-type": "PUSH",
        "result": "SUCCESS",
        "repository-name": "team/shop",
        "image-digest": DIGEST,
        "image-tag": "v1",
    },
}
WRONG = [
    [],
    {},
    {"source": "aws.s3", "detail-type": "Object Created"},
    {"source": "aws.ecr", "detail-type": "ECR Image Action"},
    called("CreateFunction20150331", awsRegion="us-east-1"),
    called("CreateFunction20150331", recipientAccountId="999999999999"),
    called("CreateFunction20150331", eventSource="ecr.amazonaws.com"),
    called("CreateFunction20150331", responseElements={"functionArn": ARN.replace(ACCOUNT, "9" * 12)}),
    called("CreateFunction20150331", responseElements=None, requestParameters=None),
    called("CreateFunction20150331", responseElements={"functionArn": "../../etc"}),
    *(
        called("AddPermission20150331v2", responseElements=None, requestParameters={"functionName": name})
        for name in (f"{'9' * 12}:function:shop", ARN.replace(ACCOUNT, "9" * 12), "../shop", "a:b:c:d")
    ),
    called("CreateFunction20150331") | {"resources": [ARN.replace(ACCOUNT, "9" * 12)]},
    PUSHED | {"resources": [f"arn:aws:ecr:{REGION}:{'9' * 12}:repository/team/shop"]},
    OWN | {"outrider_job": 2},
    OWN | {"kind": "planet"},
    OWN | {"attempt": -1},
    OWN | {"attempt": True},
    OWN | {"attempt": 10**9},
    OWN | {"reason": "because"},
    OWN | {"account": "12"},
    OWN | {"region": "here"},
    OWN | {"repository": "../x"},
    OWN | {"digest": "sha256:AB"},
    OWN | {"tag": "a b"},
    OWN | {"repository": ""},
    OWN | {"digest": "", "tag": ""},
    json.loads(jobs.dump(FUNCTION)) | {"function": ARN.replace(REGION, "us-east-1")},
]


def test_a_push_is_work_for_the_account_that_it_comes_from() -> None:
    assert jobs.parse(json.dumps(PUSHED)) == replace(IMAGE, reason="push")


@pytest.mark.parametrize("document", WRONG)
def test_what_is_malformed_or_contradicts_itself_is_refused(document: Any) -> None:
    with pytest.raises(InvalidInput):
        jobs.parse(json.dumps(document))


def test_a_huge_message_is_refused_unread() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        jobs.parse(" " * (caps.SCAN_JOB + 1))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.text(max_size=200) | _json.map(json.dumps))
def test_any_text_is_refused_or_read(body: str) -> None:
    with suppress(InvalidInput):
        assert isinstance(jobs.parse(body), Job | Ignored)


@given(st.sampled_from([OWN, called("CreateFunction20150331")]), st.data())
def test_any_value_in_any_field_is_refused_or_read(document: dict[str, Any], data: st.DataObject) -> None:
    """Each job that comes out can be sent and read again."""
    changed = json.loads(json.dumps(document))
    target = changed["detail"] if "detail" in changed and data.draw(st.booleans()) else changed
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(_json)
    try:
        job = jobs.parse(json.dumps(changed))
    except InvalidInput:
        return
    if isinstance(job, Job):
        assert jobs.parse(jobs.dump(job)) == job
