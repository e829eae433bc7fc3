"""The three interfaces at the level of HTTP: answers, error documents, states, streams, hostile bytes."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.cli.emulator.extensions_api import ExtensionsApi
from outrider.cli.emulator.interfaces import Interfaces
from outrider.cli.emulator.life import Invocation, Life
from outrider.cli.emulator.runtime_api import RuntimeApi
from outrider.cli.emulator.server import Server
from outrider.function.telemetry import Subscription
from outrider.function.variables import Identity

RUNTIME = "/2018-06-01/runtime"
EXTENSION = "/2020-01-01/extension"


@dataclass
class Api:
    life: Life
    server: Server
    subscriptions: list[Subscription]

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.server.address, timeout=20)
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        found = (answer.status, dict(answer.headers), answer.read())
        connection.close()
        return found

    def error(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        status, _, document = self.ask(method, path, body, **headers)
        return status, json.loads(document)["errorType"]

    def register(self, name: str, events: list[str]) -> str:
        body = json.dumps({"events": events}).encode()
        _, headers, _ = self.ask("POST", f"{EXTENSION}/register", body, Lambda_Extension_Name=name)
        return headers["Lambda-Extension-Identifier"]

    def deliver(self, payload: bytes = b"{}") -> Invocation:
        """An event that the runtime has taken."""
        invocation = Invocation(str(uuid4()), payload, 1234, "arn", "Root=1")
        with self.life.condition:
            self.life.invocation = invocation
            self.life.release("runtime")
        assert self.ask("GET", f"{RUNTIME}/invocation/next")[2] == payload
        return invocation


@pytest.fixture
def api() -> Iterator[Api]:
    life = Life(frozenset({"outer"}))
    identity = Identity("shop", "$LATEST", "app.handler", 128, "us-east-1", "stream")
    found: list[Subscription] = []
    interfaces = Interfaces()
    interfaces.serve(RuntimeApi(life), ExtensionsApi(life, identity, lambda _, wish: found.append(wish)))
    server = Server(socket.create_server(("127.0.0.1", 0)), interfaces.handle)
    yield Api(life, server, found)
    life.end()
    server.close()


def test_an_event_and_its_response(api: Api) -> None:
    invocation = api.deliver(b'{"a": 1}')
    status, headers, body = api.ask("GET", f"{RUNTIME}/invocation/next")
    assert (status, body) == (200, b'{"a": 1}'), "asked again before the reply, the same event comes again"
    assert headers["Lambda-Runtime-Aws-Request-Id"] == invocation.id
    assert headers["Lambda-Runtime-Deadline-Ms"] == "1234"
    assert headers["Lambda-Runtime-Trace-Id"] == "Root=1"
    path = f"{RUNTIME}/invocation/{invocation.id}/response"
    assert api.ask("POST", path, b"done")[0] == 202
    assert invocation.reply is not None
    assert invocation.reply.payload == b"done"
    assert api.error("POST", path, b"again") == (400, "InvalidRequestID")


def test_a_response_to_another_request(api: Api) -> None:
    api.deliver()
    assert api.error("POST", f"{RUNTIME}/invocation/{uuid4()}/response") == (400, "InvalidRequestID")
    assert api.error("POST", f"{RUNTIME}/invocation/{uuid4()}/error") == (400, "InvalidRequestID")


def test_an_error(api: Api) -> None:
    invocation = api.deliver()
    body = b'{"errorMessage": "m", "errorType": "T"}'
    headers = {"Lambda_Runtime_Function_Error_Type": "Runtime.UserError"}
    assert api.ask("POST", f"{RUNTIME}/invocation/{invocation.id}/error", body, **headers)[0] == 202
    assert invocation.reply is not None
    assert (invocation.reply.payload, invocation.reply.error_type) == (body, "Runtime.UserError")


def test_an_error_with_its_cause_loses_it(api: Api) -> None:
    invocation = api.deliver()
    body = json.dumps({"errorMessage": "m", "errorType": "T", "causes": [1]}).encode()
    kind = "application/vnd.aws.lambda.error.cause+json"
    api.ask("POST", f"{RUNTIME}/invocation/{invocation.id}/error", body, Content_Type=kind)
    assert invocation.reply is not None
    assert json.loads(invocation.reply.payload) == {"errorMessage": "m", "errorType": "T"}


def stream(api: Api, invocation: Invocation, parts: list[bytes], trailers: bytes = b"") -> bytes:
    """Send a streamed response by hand; the status line of the answer."""
    head = (
        f"POST {RUNTIME}/invocation/{invocation.id}/response HTTP/1.1\r\nHost: x\r\n"
        "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n"
        "Trailer: Lambda-Runtime-Function-Error-Type\r\n\r\n"
    )
    host, port = api.server.address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode())
        for part in parts:
            connection.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        connection.sendall(b"0\r\n" + trailers + b"\r\n")
        return connection.makefile("rb").readline()


def test_a_streamed_response_over_six_megabytes(api: Api) -> None:
    invocation = api.deliver()
    got: list[bytes] = []
    invocation.sink = got.append
    assert b" 202 " in stream(api, invocation, [b"x" * (1 << 20)] * 8)
    assert sum(map(len, got)) == 8 << 20
    assert invocation.reply is not None
    assert (invocation.reply.streamed, invocation.reply.error_type) == (True, None)


def test_a_stream_that_fails_on_the_way(api: Api) -> None:
    invocation = api.deliver()
    trailers = (
        b"Lambda-Runtime-Function-Error-Type: Runtime.Broken\r\nLambda-Runtime-Function-Error-Body: e30=\r\n"
    )
    assert b" 202 " in stream(api, invocation, [b"half"], trailers)
    assert invocation.reply is not None
    assert invocation.reply.payload == b"half"
    assert (invocation.reply.error_type, invocation.reply.error_body) == ("Runtime.Broken", "e30=")


def test_a_stream_over_its_quota(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outrider.function.quotas.STREAMED_RESPONSE", 100)
    invocation = api.deliver()
    assert b" 413 " in stream(api, invocation, [b"x" * 101])
    assert invocation.reply is not None
    assert invocation.reply.error_type == "Function.ResponseSizeTooLarge"


def test_a_stream_cut_off(api: Api) -> None:
    invocation = api.deliver()
    host, port = api.server.address.split(":")
    with socket.create_connection((host, int(port))) as connection:
        path = f"{RUNTIME}/invocation/{invocation.id}/response"
        connection.sendall(f"POST {path} HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc".encode())
    with api.life.condition:
        assert api.life.condition.wait_for(lambda: invocation.reply is not None, 20)
    assert invocation.reply is not None
    assert invocation.reply.error_type == "Runtime.TruncatedResponse"


def test_a_mode_of_response_that_is_none(api: Api) -> None:
    path = f"{RUNTIME}/invocation/{api.deliver().id}/response"
    mode = {"Lambda_Runtime_Function_Response_Mode": "sideways"}
    assert api.error("POST", path, b"", **mode) == (400, "InvalidFunctionResponseMode")


def test_an_init_error(api: Api) -> None:
    headers = {"Lambda_Runtime_Function_Error_Type": "Runtime.ImportModuleError"}
    assert api.ask("POST", f"{RUNTIME}/init/error", b'{"errorMessage": "m"}', **headers)[0] == 202
    assert api.life.fatal is not None
    assert api.life.fatal.error_type == "Runtime.ImportModuleError"
    assert api.error("GET", f"{RUNTIME}/invocation/next") == (403, "InvalidStateTransition")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/2018-06-01/ping", 200),
        ("GET", "/", 404),
        ("GET", "/2018-06-01/runtime/nothing", 404),
        ("GET", f"{RUNTIME}/restore/next", 404),
        ("POST", f"{RUNTIME}/invocation/next", 405),
        ("GET", f"{EXTENSION}/register", 405),
        ("PUT", "/2020-08-15/logs", 202),
        ("GET", "/2022-07-01/telemetry", 405),
    ],
)
def test_paths_and_methods(api: Api, method: str, path: str, status: int) -> None:
    assert api.ask(method, path)[0] == status


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("", b"{}", "Extension.InvalidExtensionName"),
        ("outer", b"no json", "InvalidRequestFormat"),
        ("outer", b'{"events": "INVOKE"}', "InvalidRequestFormat"),
        ("outer", b'{"events": [], "configurationKeys": ["x"]}', "InvalidRequestFormat"),
        ("outer", b'{"events": ["RAIN"]}', "Extension.InvalidEventType"),
        ("inner", b'{"events": ["SHUTDOWN"]}', "Extension.InvalidEventType"),
    ],
)
def test_a_registration_that_is_refused(api: Api, name: str, body: bytes, error: str) -> None:
    headers = {"Lambda_Extension_Name": name} if name else {}
    assert api.error("POST", f"{EXTENSION}/register", body, **headers) == (403, error)


def test_registration_once_and_only_during_init(api: Api) -> None:
    api.register("outer", ["INVOKE"])
    again = {"Lambda_Extension_Name": "outer"}
    assert api.error("POST", f"{EXTENSION}/register", b"{}", **again) == (
        403,
        "Extension.InvalidExtensionState",
    )
    for number in range(9):
        api.register(f"inner-{number}", ["INVOKE"])
    more = {"Lambda_Extension_Name": "more"}
    assert api.error("POST", f"{EXTENSION}/register", b"{}", **more) == (403, "Extension.TooManyExtensions")
    api.life.registration_open = False
    assert api.error("POST", f"{EXTENSION}/register", b"{}", **more) == (403, "Extension.RegistrationClosed")


def test_the_account_is_told_to_who_asks(api: Api) -> None:
    headers = {"Lambda_Extension_Name": "outer", "Lambda_Extension_Accept_Feature": "x, accountId"}
    body = json.loads(api.ask("POST", f"{EXTENSION}/register", b"{}", **headers)[2])
    assert body["accountId"] == "123456789012"


@pytest.mark.parametrize("path", ["event/next", "init/error", "exit/error"])
def test_identifiers(api: Api, path: str) -> None:
    method = "GET" if path == "event/next" else "POST"
    for header, error in (
        ({}, "Extension.MissingExtensionIdentifier"),
        ({"Lambda_Extension_Identifier": "x"}, "Extension.InvalidExtensionIdentifier"),
        ({"Lambda_Extension_Identifier": str(uuid4())}, "Extension.UnknownExtensionIdentifier"),
    ):
        assert api.error(method, f"{EXTENSION}/{path}", **header) == (403, error)


def test_an_exit_error(api: Api) -> None:
    me = {"Lambda_Extension_Identifier": api.register("outer", [])}
    assert api.error("POST", f"{EXTENSION}/exit/error", **me) == (403, "Extension.MissingHeader")
    me["Lambda_Extension_Function_Error_Type"] = "Extension.Reason"
    assert api.ask("POST", f"{EXTENSION}/exit/error", **me)[0] == 202
    assert api.life.fatal is not None
    assert api.life.fatal.error_type == "Extension.ExitError"
    assert api.error("GET", f"{EXTENSION}/event/next", **me) == (403, "Extension.InvalidExtensionState")


def wish(**changes: Any) -> bytes:
    destination = {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080/here"}
    return json.dumps(
        {"schemaVersion": "2022-12-13", "types": ["platform"], "destination": destination} | changes
    ).encode()


def test_a_subscription(api: Api) -> None:
    me = {"Lambda_Extension_Identifier": api.register("outer", [])}
    status, _, body = api.ask("PUT", "/2022-07-01/telemetry", wish(), **me)
    assert (status, body) == (200, b'"OK"')
    assert api.subscriptions == [Subscription(("platform",), 8080, "/here", 1000, 262_144, 1.0)]
    assert api.error("PUT", "/2022-07-01/telemetry", wish(types=[]), **me) == (400, "ValidationError")
    api.life.subscription_open = False
    assert api.error("PUT", "/2022-07-01/telemetry", wish(), **me) == (403, "Telemetry.SubscriptionClosed")


def test_a_body_that_nobody_wants_leaves_the_connection_open(api: Api) -> None:
    connection = http.client.HTTPConnection(api.server.address, timeout=20)
    connection.request("POST", f"{RUNTIME}/invocation/{uuid4()}/response", b"x" * 5000)
    assert connection.getresponse().read()
    used = connection.sock
    connection.request("GET", "/2018-06-01/ping")
    assert connection.getresponse().read() == b"pong"
    assert connection.sock is used
    connection.close()


def test_one_connection_serves_many_requests(api: Api) -> None:
    connection = http.client.HTTPConnection(api.server.address, timeout=20)
    for _ in range(5):
        connection.request("GET", "/2018-06-01/ping")
        assert connection.getresponse().read() == b"pong"
    connection.close()


def test_the_end_of_a_life_sends_away_who_waits(api: Api) -> None:
    ends: list[type[Exception]] = []

    def wait() -> None:
        try:
            api.ask("GET", f"{RUNTIME}/invocation/next")
        except ConnectionError as error:
            ends.append(type(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    with api.life.condition:
        api.life.condition.wait_for(lambda: api.life.runtime.state == "Ready", 20)
    api.life.end()
    waiting.join(20)
    assert ends


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=300), max_size=4))
def test_hostile_bytes_leave_the_server_standing(parts: list[bytes]) -> None:
    server = _ping_server()
    host, port = server.address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        except OSError:
            pass
    asked = http.client.HTTPConnection(server.address, timeout=20)
    asked.request("GET", "/2018-06-01/ping")
    assert asked.getresponse().read() == b"pong"
    asked.close()


_SERVERS: list[Server] = []


def _ping_server() -> Server:
    """One server for all examples."""
    if not _SERVERS:
        life = Life(frozenset())
        interfaces = Interfaces()
        identity = Identity("shop", "$LATEST", "app.handler", 128, "us-east-1", "stream")
        interfaces.serve(RuntimeApi(life), ExtensionsApi(life, identity, lambda *_: None))
        _SERVERS.append(Server(socket.create_server(("127.0.0.1", 0)), interfaces.handle))
    return _SERVERS[0]
