"""What two programs could read differently is refused, and never reaches the platform."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Client, Running, request
from strict_platform import StrictPlatform, reply

GOOD = b"GET /x HTTP/1.1\r\nHost: h\r\n"
REFUSED = {
    "both framings": b"POST /x HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "the other order": b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n",
    "two lengths": b"POST /x HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": b"POST /x HTTP/1.1\r\nContent-Length: 4, 4\r\n\r\nabcd",
    "a signed length": b"POST /x HTTP/1.1\r\nContent-Length: +4\r\n\r\nabcd",
    "a hexadecimal length": b"POST /x HTTP/1.1\r\nContent-Length: 0x4\r\n\r\nabcd",
    "no length": b"POST /x HTTP/1.1\r\nContent-Length: \r\n\r\n",
    "a length beyond all": b"POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "chunked twice": b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "gzip, chunked": b"POST /x HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "identity": b"POST /x HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n",
    "xchunked": b"POST /x HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
    "chunked in 1.0": b"POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": GOOD + b"Content-Length : 3\r\n\r\nabc",
    "a folded line": GOOD + b"A: b\r\n c\r\n\r\n",
    "a bare LF": GOOD + b"A: b\nContent-Length: 3\r\n\r\nabc",
    "a bare CR": GOOD + b"A: b\rc\r\n\r\n",
    "a NUL": GOOD + b"A: b\0c\r\n\r\n",
    "no colon": GOOD + b"nothing\r\n\r\n",
    "an empty name": GOOD + b": x\r\n\r\n",
    "two blanks": b"GET  /x HTTP/1.1\r\n\r\n",
    "no version": b"GET /x\r\n\r\n",
    "HTTP/2": b"GET /x HTTP/2.0\r\n\r\n",
    "another name": b"GET /x HTTQ/1.1\r\n\r\n",
    "a whole URL": b"GET http://h/x HTTP/1.1\r\n\r\n",
    "CONNECT": b"CONNECT h:1 HTTP/1.1\r\n\r\n",
    "a control character": b"GET /\x7f HTTP/1.1\r\n\r\n",
    "not ASCII": "GET /ä HTTP/1.1\r\n\r\n".encode(),
    "too many headers": GOOD + b"A: b\r\n" * 120 + b"\r\n",
    "too long a head": GOOD + b"A: " + b"b" * 70_000 + b"\r\n\r\n",
    "a long head without an end": GOOD + b"A: " + b"b" * 70_000,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
}
BAD_CHUNKS = {
    "no size": b"\r\nabc\r\n",
    "no hex": b"g\r\nabc\r\n",
    "a sign": b"+3\r\nabc\r\n",
    "0x": b"0x3\r\nabc\r\n",
    "a bare LF": b"3\nabc\r\n",
    "LF in an extension": b"3;a\nb\r\nabc\r\n",
    "too short": b"2\r\nabc\r\n",
    "too long a line": b"3;" + b"a" * 300 + b"\r\nabc\r\n",
    "beyond all": b"fffffffffffffffff\r\n",
    "a bare LF in a trailer": b"0\r\nA: b\nC: d\r\n\r\n",
    "a bare LF at the end": b"0\r\n\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_head_is_refused(running: Running, platform: StrictPlatform, name: str) -> None:
    client = running.client()
    client.send(REFUSED[name])
    status, headers, _ = client.answer()
    assert (status, headers["connection"]) == (400, "close")
    client.sock.shutdown(1)
    assert client.closed()
    assert platform.of("/x") == []


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_a_body_is_refused(running: Running, platform: StrictPlatform, name: str) -> None:
    client = running.client()
    client.send(request(b"POST", "/x", b"Transfer-Encoding: chunked"), BAD_CHUNKS[name])
    assert client.answer()[0] == 400
    assert platform.of("/x") == []


BAD_ANSWERS = {
    "no HTTP": b"SSH-2.0-x\r\n\r\n",
    "both framings": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "too long": b"HTTP/1.1 200 OK\r\nA: " + b"a" * 70_000 + b"\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_is_a_bad_gateway(running: Running, platform: StrictPlatform, name: str) -> None:
    platform.close_after.add("/b")
    platform.answers["/b"] = lambda asked, wire: BAD_ANSWERS[name]
    assert running.client().get("/b")[0] == 502


def test_a_cut_event_is_a_bad_gateway(running: Running, platform: StrictPlatform) -> None:
    path = "/2018-06-01/runtime/invocation/next"
    platform.close_after.add(path)
    platform.answers[path] = lambda asked, wire: reply(
        200, b"{}" * 100, {"Lambda-Runtime-Aws-Request-Id": "r"}
    )[:-5]
    assert running.client().next()[0] == 502
    assert running.state()["invocations"] == 0


def test_no_platform_is_a_bad_gateway(running: Running, platform: StrictPlatform) -> None:
    port = running.port
    platform.close()
    assert Client(port).next()[0] == 502


PIECES = st.sampled_from(
    [
        *[
            b"GET ",
            b"POST ",
            b"/x",
            b"/2018-06-01/runtime/invocation/next",
            b" HTTP/1.1",
            b" HTTP/1.0",
            b"\r\n",
        ],
        *[
            b"\r\n\r\n",
            b"Host: h",
            b"Content-Length: ",
            b"Transfer-Encoding: chunked",
            b"0",
            b"5",
            b"hello",
            b":",
        ],
        *[b"Connection: close", b"Expect: 100-continue", b"\n", b"\r", b"\0", b" ", b"\xff", b"a" * 3000],
    ]
)


@pytest.fixture(scope="module")
def lasting(sanitized: object, tmp_path_factory: pytest.TempPathFactory) -> object:
    platform = StrictPlatform()
    started = Running(sanitized, tmp_path_factory.mktemp("fuzz"), platform)  # type: ignore[arg-type]
    started.port  # noqa: B018
    yield started
    worker = started.state()["worker_pid"]
    assert started.shut_down() == 0
    assert started.sanitizer_report() == ""
    assert platform.broken == []  # what reached it was sound, whatever we were sent
    assert worker > 0
    platform.close()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.one_of(PIECES, st.binary(max_size=20)), min_size=1, max_size=14))
def test_whatever_is_sent_the_worker_lives(lasting: Running, pieces: list[bytes]) -> None:
    worker = lasting.state()["worker_pid"]
    client = lasting.client()
    client.send(*pieces)
    client.close()
    good = lasting.client()
    assert good.get("/alive")[0] == 202
    good.close()
    assert lasting.state()["worker_pid"] == worker
