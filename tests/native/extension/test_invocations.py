"""Events are looked at before the runtime sees them: told, and refused by policy."""

import json
from pathlib import Path
from typing import Any

import pytest
from extension_fixtures import Start
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policies import policy, written
from running import Running
from strict_platform import Event, StrictPlatform, until

from outrider.runtime.jsonl import from_line

QUEUE: dict[str, Any] = {"Records": [{"messageId": "1", "body": "{}", "eventSource": "aws:sqs"}]}
SHAPES: dict[str, Any] = {
    "aws:sqs": QUEUE,
    "aws:s3": {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "s3": {"object": {"key": "k"}}}]},
    "aws:dynamodb": {"Records": [{"eventID": "1", "eventSource": "aws:dynamodb"}]},
    "aws:kinesis": {"Records": [{"kinesis": {"data": "eA=="}, "eventSource": "aws:kinesis"}]},
    "aws:sns": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "m"}}]},
    "aws:ses": {"Records": [{"eventSource": "aws:ses", "ses": {}}]},
    "aws:kafka": {"eventSource": "aws:kafka", "records": {}},
    "SelfManagedKafka": {"eventSource": "SelfManagedKafka", "records": {}},
    "apigateway": {"resource": "/", "httpMethod": "GET", "requestContext": {"stage": "p"}, "body": None},
    "apigateway-websocket": {"requestContext": {"connectionId": "c", "eventType": "MESSAGE"}, "body": ""},
    "apigatewayv2": {
        "version": "2.0",
        "rawPath": "/",
        "requestContext": {"http": {"method": "GET"}, "domainName": "x.execute-api.eu-west-1.amazonaws.com"},
    },
    "function-url": {
        "version": "2.0",
        "rawPath": "/",
        "requestContext": {"domainName": "abc.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}},
    },
    "alb": {"requestContext": {"elb": {"targetGroupArn": "a"}}, "httpMethod": "GET", "path": "/"},
    "apigateway-authorizer": {"type": "TOKEN", "methodArn": "arn", "authorizationToken": "t"},
    "eventbridge": {"source": "aws.ec2", "detail-type": "t", "detail": {}, "id": "1"},
    "cognito": {"triggerSource": "PreSignUp_SignUp", "userPoolId": "p", "request": {}},
    "cloudwatch-logs": {"awslogs": {"data": "x"}},
    "firehose": {"deliveryStreamArn": "a", "records": []},
    "s3-object-lambda": {"getObjectContext": {}},
    "s3-batch": {"invocationSchemaVersion": "1.0", "tasks": []},
    "codepipeline": {"CodePipeline.job": {"id": "1"}},
    "config": {"invokingEvent": "{}", "ruleParameters": "{}"},
    "cloudformation": {"RequestType": "Create", "StackId": "a", "ResponseURL": "u"},
    "appsync": {"arguments": {}, "info": {"fieldName": "f"}},
    "lex": {"bot": {}, "sessionState": {}},
    "alexa": {"session": {}, "request": {"type": "LaunchRequest"}},
    "connect": {"Details": {"ContactData": {}}, "Name": "ContactFlowEvent"},
    "cloudfront": {"Records": [{"cf": {"request": {}}}]},
    "iot": {"serialNumber": "1", "clickType": "SINGLE"},
    "direct": {"user": {"Records": [{"eventSource": "aws:sqs"}]}},
}


def invoke(running: Running, platform: StrictPlatform, body: bytes, name: str = "r-1") -> None:
    platform.events.put(Event(body, id=name))
    client = running.client()
    assert client.next()[2] == body
    assert client.respond(name) == 202
    client.close()


def test_each_source_is_told_by_its_shape(start: Start, platform: StrictPlatform) -> None:
    running = start(OUTRIDER_LOG="all")
    for source, event in SHAPES.items():
        invoke(running, platform, json.dumps(event).encode(), source.replace(":", "-"))
    running.shut_down()
    told = {one["request_id"]: one for one in running.said(type="event", kind="invoke")}
    assert {name: one["target"] for name, one in told.items()} == {
        name.replace(":", "-"): name for name in SHAPES
    }
    assert told["eventbridge"]["program"] == "detail,detail-type,id,source"
    noted = told["aws-sqs"]["invocation"]
    assert (noted["event_bytes"], noted["event_depth"]) == (len(json.dumps(QUEUE)), 3)
    assert (noted["outcome"], noted["status"], noted["answer_bytes"]) == ("response", 202, 2)
    assert noted["arn"].startswith("arn:aws:lambda:")


@pytest.mark.parametrize(
    "body",
    [
        b'{"\\u0052ecords":[{"eventSourc\\u0065":"aws:sqs"}]}',
        b' \n{ "Records" : [ {"x":[1,{"y":[]}],"eventSource"\t:\r\n"aws:sqs"},{"eventSource":"aws:s3"}] }\n',
        b'{"Records":[{"eventSource":"aws:sqs","eventSource":"aws:s3"}]}',
    ],
)
def test_spelling_does_not_hide_a_source(start: Start, platform: StrictPlatform, body: bytes) -> None:
    running = start(OUTRIDER_LOG="all")
    invoke(running, platform, body)
    running.shut_down()
    assert running.said(kind="invoke")[0]["target"] == "aws:sqs"


REFUSALS: dict[str, tuple[dict[str, Any], bytes, str]] = {
    "by size": (
        {"event": {"max_bytes": 100}, "invoke": "block"},
        b'{"a":"' + b"x" * 200 + b'"}',
        "208 bytes, 100",
    ),
    "by depth": ({"event": {"max_depth": 4}}, b"[" * 9 + b"]" * 9, "nested 9 deep, 4"),
    "by source": ({"invoke": "block"}, b'{"a":1}', "its source or shape (direct)"),
    "beyond what is held": (
        {"event": {"max_bytes": 100}, "invoke": "block"},
        b" " * (9 << 20),
        "9437184 bytes",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_event_is_never_shown(
    start: Start, platform: StrictPlatform, tmp_path: Path, name: str
) -> None:
    settings_, event, why = REFUSALS[name]
    rule = {"kind": "invoke", "source": "aws:sqs", "keys": "Records"}
    running = start(OUTRIDER_POLICY=written(tmp_path, policy("block", rule, **settings_)))
    good = json.dumps(QUEUE).encode()[:99]
    good = b'{"Records":[{"eventSource":"aws:sqs"}]}'
    platform.events.put(Event(event, id="bad"))
    platform.events.put(Event(good, id="good"))
    client = running.client()
    _, headers, body = client.next()
    assert (headers["lambda-runtime-aws-request-id"], body) == ("good", good)
    error = platform.of("/invocation/bad/error")[0]
    assert error.header("lambda-runtime-function-error-type") == "Outrider.EventRefused"
    said = json.loads(error.body)
    assert said["errorType"] == "Outrider.EventRefused"
    assert why in said["errorMessage"]
    assert client.respond("good") == 202
    assert running.state()["invocations"] == 1
    running.shut_down()
    told = running.said(type="event", kind="invoke")[0]
    assert (told["verdict"], told["request_id"], told["errno"]) == ("block", "bad", 1)
    assert from_line(json.dumps(told)).target == "direct"
    assert running.said("outrider.invocations/1")[0]["refused"] == 1


def test_a_rule_may_name_the_keys(start: Start, platform: StrictPlatform, tmp_path: Path) -> None:
    rule = {"kind": "invoke", "source": "direct", "keys": "a,b"}
    running = start(OUTRIDER_POLICY=written(tmp_path, policy("block", rule, invoke="block")))
    platform.events.put(Event(b'{"a":1,"b":2,"c":3}', id="more"))
    platform.events.put(Event(b'{"a,b":1}', id="joined"))
    platform.events.put(Event(b'{"b":1,"a":2}', id="right"))
    assert running.client().next()[1]["lambda-runtime-aws-request-id"] == "right"
    assert [one.path.split("/")[4] for one in platform.of("/error")] == ["more", "joined"]


def test_in_alert_mode_it_is_only_told(start: Start, platform: StrictPlatform, tmp_path: Path) -> None:
    running = start(
        OUTRIDER_POLICY=written(tmp_path, policy("alert", invoke="block", event={"max_bytes": 5}))
    )
    invoke(running, platform, b'{"a":1}')
    running.shut_down()
    told = running.said(type="event", kind="invoke")[0]
    assert (told["verdict"], told["message"]) == ("alert", "it has 7 bytes, 5 is the most")


def test_a_refusal_survives_a_platform_that_closes(
    start: Start, platform: StrictPlatform, tmp_path: Path
) -> None:
    running = start(
        OUTRIDER_POLICY=written(tmp_path, policy("block", invoke="block", event={"max_bytes": 5}))
    )
    error = "/2018-06-01/runtime/invocation/bad/error"
    platform.close_after |= {"/2018-06-01/runtime/invocation/next", error}
    platform.answers[error] = lambda asked, wire: None
    platform.events.put(Event(b'{"a":1}', id="bad"))
    client = running.client()
    client.send(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: h\r\n\r\n")
    until(lambda: platform.of("/bad/error") and platform.waiting_polls, "the next poll")
    client.close()
    until(lambda: platform.dropped_polls, "the poll is dropped")


def test_an_unsound_policy_decides_nothing_and_says_so(start: Start, platform: StrictPlatform) -> None:
    running = start(OUTRIDER_POLICY="AAAA")
    invoke(running, platform, b"{}")
    running.shut_down()
    assert "not decided on" in running.said(type="trouble")[0]["message"]


def test_a_newer_policy_is_taken_between_invocations(
    start: Start, platform: StrictPlatform, tmp_path: Path
) -> None:
    running = start(OUTRIDER_POLICY=written(tmp_path, policy("block", counter=5)))
    invoke(running, platform, b"{}")
    publish(running, 1, policy("block", counter=4, invoke="block"))
    until(lambda: running.said(type="trouble"), "the older one is refused")
    publish(running, 2, policy("block", counter=6, invoke="block"))
    until(lambda: running.said(type="policy", policy_counter=6), "the newer one is taken")
    platform.events.put(Event(b"{}", id="bad"))
    client = running.client()
    client.send(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: h\r\n\r\n")
    until(lambda: platform.of("/bad/error"), "refused")


def publish(running: Running, generation: int, blob: bytes) -> None:
    (running.directory / f"policy.{generation}").write_bytes(blob)
    with (running.directory / "state").open("r+b") as file:
        file.seek(12)
        file.write(generation.to_bytes(4, "little"))


def test_a_bogus_answer_is_told(running: Running, platform: StrictPlatform) -> None:
    invoke(running, platform, b"{}")
    assert running.client().respond("somebody-elses") == 202
    running.shut_down()
    assert running.said(target="runtime_api")[0]["verdict"] == "alert"


@pytest.fixture(scope="module")
def lasting(sanitized: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    platform = StrictPlatform()
    started = Running(sanitized, tmp_path_factory.mktemp("fuzz"), platform, OUTRIDER_LOG="all")
    yield started
    assert started.shut_down() == 0
    assert started.sanitizer_report() == ""
    platform.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=25,
)


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON, ascii_=st.booleans())
def test_depth_and_keys_are_those_json_has(lasting: Running, value: Any, ascii_: bool) -> None:
    before = len(lasting.said(kind="invoke")) if not hasattr(lasting, "seen") else lasting.seen
    invoke(lasting, lasting.platform, json.dumps(value, ensure_ascii=ascii_).encode("utf-8", "surrogatepass"))
    told = until(lambda: lasting.said(kind="invoke")[before:], "the line")[0]
    lasting.seen = before + 1  # type: ignore[attr-defined]
    assert told["invocation"]["event_depth"] == depth_of(value)
