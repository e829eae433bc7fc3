"""Messages: whatever comes, a meaning or our own error comes out."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from injector_account import ACCOUNT, REGION, call, service_event

from cdk_app.functions.injector import events
from cdk_app.functions.injector.events import Command, FunctionChanged, Ignored, ServiceChanged
from outrider.errors import InvalidInput

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
SEEN = [
    service_event(ARN),
    call("UpdateService", asked={"cluster": "prod", "service": "web"}),
    call("RegisterTaskDefinition", answered={"taskDefinition": {"taskDefinitionArn": "x"}}),
    call("UpdateFunctionCode20150331v2", "lambda", asked={"functionName": "f"}),
    {"command": "protect", "service": "web", "cluster": "prod"},
]


def read(document: Any, own: str = "") -> events.Message:
    return events.parse(json.dumps(document), account=ACCOUNT, region=REGION, own=own)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        found += [place for key, inner in value.items() for place in places(inner, (*path, key))]
    return found


@hypothesis_settings(deadline=None)
@given(st.data())
def test_a_changed_message_is_understood_or_refused(data: st.DataObject) -> None:
    document = json.loads(json.dumps(data.draw(st.sampled_from(SEEN))))
    path = data.draw(st.sampled_from([place for place in places(document) if place]))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(JSON)
    with contextlib.suppress(InvalidInput):
        read(document)


@hypothesis_settings(deadline=None)
@given(st.text(max_size=200) | JSON.map(json.dumps))
def test_any_text_is_understood_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        events.parse(text, account=ACCOUNT, region=REGION, own="")


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (service_event(ARN), ServiceChanged(f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/prod", ARN)),
        (call("UpdateService", asked={"service": "web"}), ServiceChanged("default", "web")),
        (call("CreateService", answered={"service": {"serviceArn": ARN}}), ServiceChanged("prod", ARN)),
        (call("CreateFunction20150331", "lambda", asked={"functionName": "f"}), FunctionChanged("f")),
        (
            call("UpdateFunctionCode20150331v2", "lambda", asked={"functionName": f"{ACCOUNT}:function:f:3"}),
            FunctionChanged("f"),
        ),
        ({"command": "reconcile"}, Command(command="reconcile")),
    ],
)
def test_what_a_message_is_about(event: dict[str, Any], message: events.Message) -> None:
    assert read(event) == message


def test_what_is_nothing_to_us() -> None:
    refused = call("UpdateService", asked={"service": "web"})
    refused["detail"]["errorCode"] = "AccessDenied"
    own = call("UpdateService", by="arn:aws:sts::123456789012:assumed-role/r/s", asked={"service": "web"})
    cases = [
        refused,
        call("DeleteService", asked={"service": "web"}),
        {**service_event(ARN), "detail-type": "ECS Task State Change"},
        {**service_event(ARN), "region": "us-east-1"},
    ]
    assert all(isinstance(read(case), Ignored) for case in cases)
    assert isinstance(read(own, "arn:aws:sts::123456789012:assumed-role/r/"), Ignored)
    assert isinstance(read(own, "arn:aws:sts::123456789012:assumed-role/other/"), ServiceChanged)


def test_our_sessions_are_known_by_the_role() -> None:
    assert events.own_sessions("arn:aws:iam::123456789012:role/path/injector").endswith(
        "assumed-role/injector/"
    )
    assert events.own_sessions("nonsense") == ""


@pytest.mark.parametrize(
    "name", ["a b", "f;rm", "arn:aws:lambda:eu-west-1:210987654321:function:f", "é", "x" * 200]
)
def test_a_function_s_name_is_one(name: str) -> None:
    with pytest.raises(InvalidInput):
        read(call("UpdateFunctionCode20150331v2", "lambda", asked={"functionName": name}))
