"""Connections end in every state, on either side; nothing is lost that was not lost before."""

import socket
import struct
import threading

from running import Running, request
from strict_platform import Asked, Event, StrictPlatform, Wire, reply, until

NEXT = "/2018-06-01/runtime/invocation/next"


def settled(running: Running) -> bool:
    """The worker still answers."""
    return running.client().get("/alive")[0] == 202


def test_a_poll_ends_with_its_client(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    client.send(request(b"GET", NEXT))
    until(lambda: platform.waiting_polls, "the poll")
    client.close()
    until(lambda: platform.dropped_polls == 1, "the platform sees it go")
    platform.events.put(Event(id="r-2"))
    assert running.client().next()[1]["lambda-runtime-aws-request-id"] == "r-2"


def test_a_poll_ends_with_a_reset(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    client.send(request(b"GET", NEXT))
    until(lambda: platform.waiting_polls, "the poll")
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(lambda: platform.dropped_polls == 1, "the platform sees it go")


def test_an_error_is_delivered_when_the_runtime_is_gone(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    client.send(request(b"POST", "/2018-06-01/runtime/init/error", b"Content-Length: 2"), b"{}")
    client.close()
    until(lambda: platform.of("/init/error"), "the error")
    assert platform.of("/init/error")[0].body == b"{}"
    running.shut_down()
    assert running.said("outrider.invocations/1")[0]["init_errors"] == 1


def test_a_client_that_goes_within_a_head_or_a_body(running: Running, platform: StrictPlatform) -> None:
    for piece in (
        b"G",
        request(b"GET", "/x")[:-2],
        request(b"POST", "/x", b"Content-Length: 10") + b"12345",
        request(b"POST", "/x", b"Transfer-Encoding: chunked") + b"5\r\n12",
    ):
        client = running.client()
        client.send(piece)
        client.close()
    assert settled(running)
    assert platform.of("/x") == []


def test_a_client_that_goes_within_an_answer(running: Running, platform: StrictPlatform) -> None:
    platform.answers["/big"] = lambda asked, wire: reply(200, b"x" * (4 << 20))
    client = running.client()
    client.send(request(b"GET", "/big"))
    client.fill()
    client.close()
    assert settled(running)


def test_a_connection_that_died_of_age_is_replaced(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    platform.events.put(Event())
    client.next()
    platform.drop_connections()
    assert client.respond("r-1") == 202
    platform.drop_connections()
    platform.events.put(Event(id="r-2"))
    assert client.next()[1]["lambda-runtime-aws-request-id"] == "r-2"


def test_a_platform_that_dies_under_a_poll(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    client.get("/x")
    client.send(request(b"GET", NEXT))
    until(lambda: platform.waiting_polls and platform.of("/event/next"), "both polls")
    platform.drop_connections()
    until(lambda: platform.dropped_polls == 2, "it and the extension's own are gone")
    until(lambda: platform.waiting_polls, "it is asked again")
    platform.events.put(Event(id="again"))
    assert client.answer()[1]["lambda-runtime-aws-request-id"] == "again"


def test_an_answer_cut_short_is_cut_short_for_the_client(running: Running, platform: StrictPlatform) -> None:
    platform.close_after.add("/cut")
    platform.answers["/cut"] = lambda asked, wire: reply(200, b"x" * 100)[:-20]
    client = running.client()
    client.send(request(b"GET", "/cut"))
    while client.fill():
        pass
    assert client.buffer.endswith(b"x" * 80)
    assert settled(running)


def test_a_slow_reader_holds_up_nobody_else(running: Running, platform: StrictPlatform) -> None:
    sent = threading.Event()

    def endless(asked: Asked, wire: Wire) -> bytes:
        wire.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n")
        for _ in range(32):
            wire.sock.sendall(b"y" * (1 << 20))
        sent.set()
        return b""

    platform.answers["/slow"] = endless
    slow = running.client()
    slow.send(request(b"GET", "/slow"))
    slow.fill()
    assert settled(running)
    assert not sent.is_set()  # the platform waits, not our memory
    read = len(slow.buffer)
    while piece := slow.sock.recv(1 << 20):
        read += len(piece)
        if read > 32 << 20:
            break
    assert sent.is_set()


def test_half_closed_after_a_post_is_answered(running: Running) -> None:
    client = running.client()
    client.send(request(b"POST", "/x", b"Content-Length: 2"), b"ok")
    client.sock.shutdown(socket.SHUT_WR)
    assert client.answer()[0] == 202
    assert client.closed()
