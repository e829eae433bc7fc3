"""What passes through the proxy arrives as it was sent, in both directions."""

import threading
from collections.abc import Callable

import pytest
from running import Client, Running, request
from strict_platform import Asked, Event, StrictPlatform, Wire, reply, until

NEXT = "/2018-06-01/runtime/invocation/next"
RESPONSE = "/2018-06-01/runtime/invocation/r-1/response"


def answers(platform: StrictPlatform, path: str, answer: bytes) -> None:
    platform.answers[path] = lambda asked, wire: answer


def test_an_invocation_over_one_kept_alive_connection(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    for number in range(3):
        platform.events.put(Event(b'{"n":%d}' % number, id=f"r-{number}"))
        status, headers, body = client.next()
        assert (status, body) == (200, b'{"n":%d}' % number)
        assert headers["lambda-runtime-aws-request-id"] == f"r-{number}"
        assert headers["lambda-runtime-trace-id"] == "Root=1-2-3;Sampled=0"
        assert client.respond(f"r-{number}", b"[1]") == 202
    asked = [one for one in platform.asked if "/runtime/" in one.path]
    assert len({one.connection for one in asked}) == 1
    assert [one.body for one in asked if one.method == "POST"] == [b"[1]"] * 3


def test_headers_arrive_in_order_and_host_is_the_platform(running: Running, platform: StrictPlatform) -> None:
    lines = [
        b"X-One: 1",
        b"Lambda-Runtime-Function-Error-Type: A.B",
        b"x-two:  b c ",
        b"Connection: keep-alive",
    ]
    running.client().post("/2018-06-01/runtime/init/error", b"{}", *lines)
    asked = platform.of("/init/error")[0]
    wanted = [
        *[("Host", platform.address), ("Content-Length", "2"), ("X-One", "1")],
        *[("Lambda-Runtime-Function-Error-Type", "A.B"), ("x-two", "b c")],
    ]
    assert asked.headers == wanted


@pytest.mark.parametrize("chunks", [1, 2, 7, 500])
def test_an_event_in_chunks(running: Running, platform: StrictPlatform, chunks: int) -> None:
    body = b'{"a":"' + b"x" * 5000 + b'"}'
    platform.events.put(Event(body, chunks=chunks))
    assert running.client().next()[2] == body


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 6 << 20])
def test_bodies_of_every_size_both_ways(running: Running, platform: StrictPlatform, size: int) -> None:
    event = b'"' + b"e" * max(0, size - 2) + b'"'
    platform.events.put(Event(event))
    client = running.client()
    assert client.next()[2] == event
    assert client.respond("r-1", b"a" * size) == 202
    assert platform.of("/response")[0].body == b"a" * size


def test_a_streamed_response_with_trailers(running: Running, platform: StrictPlatform) -> None:
    platform.events.put(Event())
    client = running.client()
    client.next()
    head = request(
        b"POST",
        RESPONSE,
        b"Transfer-Encoding: chunked",
        b"Lambda-Runtime-Function-Response-Mode: streaming",
        b"Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    )
    client.send(head, b"5;ext=1\r\nhello\r\n")
    client.send(
        b"1\r\n!\r\n0\r\nLambda-Runtime-Function-Error-Type: E\r\n",
        b"Lambda-Runtime-Function-Error-Body: e30=\r\n\r\n",
    )
    assert client.answer()[0] == 202
    asked = platform.of("/response")[0]
    assert asked.body == b"hello!"
    assert asked.trailers[1] == ("Lambda-Runtime-Function-Error-Body", "e30=")
    assert asked.header("lambda-runtime-function-response-mode") == "streaming"


def test_a_stream_byte_by_byte(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    for byte in request(b"POST", "/x", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n":
        client.send(bytes([byte]))
    assert client.answer()[0] == 202
    assert platform.of("/x")[0].body == b"abc"


def test_expect_is_answered_by_the_platform(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    client.send(request(b"POST", "/x", b"Expect: 100-continue", b"Content-Length: 3"))
    assert client.answer()[0] == 100
    client.send(b"abc")
    assert client.answer()[0] == 202
    assert platform.of("/x")[0].continued


def test_head_has_no_body_and_the_connection_lives(running: Running, platform: StrictPlatform) -> None:
    answers(platform, "/h", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    client = running.client()
    client.send(request(b"HEAD", "/h"))
    status, headers, _ = client.answer("HEAD")
    assert (status, headers["content-length"]) == (200, "500")
    assert client.get("/other")[0] == 202


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body(running: Running, platform: StrictPlatform, status: int) -> None:
    answers(platform, "/n", b"HTTP/1.1 %d None\r\n\r\n" % status)
    client = running.client()
    assert client.get("/n")[0] == status
    assert client.get("/other")[0] == 202


def test_http_1_0_is_closed_after_its_answer(running: Running, platform: StrictPlatform) -> None:
    platform.events.put(Event(b'{"a":1}'))
    client = running.client()
    client.send(request(b"GET", NEXT, version=b"HTTP/1.0"))
    status, headers, body = client.answer()
    assert (status, headers["connection"], body) == (200, "close", b'{"a":1}')
    assert client.closed()


def test_http_1_0_may_ask_to_be_kept(running: Running) -> None:
    client = running.client()
    for _ in range(2):
        client.send(request(b"GET", "/x", b"Connection: keep-alive", version=b"HTTP/1.0"))
        assert client.answer()[1]["connection"] == "keep-alive"


def test_http_1_0_never_sees_chunks(running: Running, platform: StrictPlatform) -> None:
    answers(platform, "/c", reply(200, b"0123456789" * 1000, chunks=333))
    client = running.client()
    client.send(request(b"GET", "/c", version=b"HTTP/1.0"))
    _, headers, body = client.answer()
    assert "transfer-encoding" not in headers
    assert body == b"0123456789" * 1000


def test_a_client_that_wants_to_close(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    assert client.post("/x", b"ab", b"Connection: close")[1]["connection"] == "close"
    assert client.closed()
    assert platform.of("/x")[0].header("connection") is None


def test_an_answer_that_ends_with_the_connection(running: Running, platform: StrictPlatform) -> None:
    platform.close_after.add("/e")
    answers(platform, "/e", b"HTTP/1.1 200 OK\r\n\r\n" + b"z" * 100_000)
    client = running.client()
    assert client.get("/e")[2] == b"z" * 100_000


def test_a_platform_that_closes_after_each_answer(running: Running, platform: StrictPlatform) -> None:
    platform.close_after |= {NEXT, RESPONSE}
    client = running.client()
    for _ in range(5):
        platform.events.put(Event())
        assert client.next()[0] == 200
        assert client.respond("r-1") == 202


def test_pipelined_requests_are_answered_in_order(running: Running, platform: StrictPlatform) -> None:
    for name in ("/a", "/b", "/c"):
        answers(platform, name, reply(200, name.encode()))
    client = running.client()
    posted = request(b"POST", "/b", b"Content-Length: 4") + b"GET "
    client.send(request(b"GET", "/a"), posted, request(b"GET", "/c"))
    assert [client.answer()[2] for _ in range(3)] == [b"/a", b"/b", b"/c"]


def test_interim_answers_pass(running: Running, platform: StrictPlatform) -> None:
    answers(platform, "/i", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + reply(200, b"end"))
    client = running.client()
    client.send(request(b"GET", "/i"))
    assert [client.answer()[0], client.answer()[2]] == [103, b"end"]


def test_an_answer_before_the_body_is_complete(running: Running, platform: StrictPlatform) -> None:
    def early(wire: Wire) -> bytes:
        wire.sock.sendall(reply(413, b'{"errorType":"RequestEntityTooLarge"}'))
        return b""

    body = platform._body
    platform._body = lambda wire, asked: iter([early(wire)]) if asked.path == "/big" else body(wire, asked)
    answer: Callable[[Asked, Wire], None] = lambda asked, wire: None  # noqa: E731
    platform.answers["/big"] = answer
    client = running.client()
    client.send(request(b"POST", "/big", b"Content-Length: 8000000"))
    status, headers, said = client.answer()
    assert (status, headers["connection"]) == (413, "close")
    assert b"TooLarge" in said


def test_snapstart_waits_for_restore(running: Running, platform: StrictPlatform) -> None:
    before = until(running.said, "a first line")[0]["instance"]
    answers(platform, "/2018-06-01/runtime/restore/next", reply(200, b""))
    client = running.client()
    assert client.get("/2018-06-01/runtime/restore/next")[0] == 200
    assert client.post("/2018-06-01/runtime/restore/error", b"{}")[0] == 202
    platform.events.put(Event())
    client.next()
    running.shut_down()
    assert running.said("outrider.invocations/1")[0]["instance"] != before  # one snapshot has many lives


def test_many_clients_at_once(running: Running, platform: StrictPlatform) -> None:
    clients = [running.client() for _ in range(64)]
    bodies: list[bytes] = []

    def ask(client: Client) -> None:
        _, headers, body = client.next()
        bodies.append(body)
        assert client.respond(headers["lambda-runtime-aws-request-id"], body) == 202

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    until(lambda: platform.waiting_polls == 64, "64 polls")
    for number in range(64):
        platform.events.put(Event(b'{"n":%d}' % number, id=f"r-{number}"))
    for thread in threads:
        thread.join()
    assert sorted(bodies) == sorted(one.body for one in platform.of("/response"))
    assert running.state()["invocations"] == 64


def test_more_clients_than_links_push_out_the_idle(running: Running) -> None:
    clients = [running.client() for _ in range(200)]
    assert clients[-1].get("/x")[0] == 202
    assert clients[0].closed()
