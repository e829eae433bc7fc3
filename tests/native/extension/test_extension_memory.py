"""What it costs, as it ships: resident memory and its growth."""

import threading
from pathlib import Path

from extension_fixtures import Start
from policies import act
from running import Running, request
from strict_platform import Asked, Event, StrictPlatform, Wire, until

RESIDENT_MAX = 3 << 20
NEXT = "/2018-06-01/runtime/invocation/next"


def resident(running: Running) -> int:
    """Bytes of both processes, what they share counted once."""
    total = 0
    state = running.state()
    for pid in (state["extension_pid"], state["worker_pid"]):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) << 10
    return total


def invoke(running: Running, platform: StrictPlatform, times: int) -> None:
    client = running.client()
    for number in range(times):
        platform.events.put(
            Event(b'{"Records":[{"eventSource":"aws:sqs","body":"%d"}]}' % number, id=f"r-{number}")
        )
        client.next()
        assert client.respond(f"r-{number}", b"x" * 200) == 202
    client.close()


def test_ten_thousand_invocations_leave_it_as_it_was(start_shipped: Start, platform: StrictPlatform) -> None:
    running = start_shipped()
    platform.keep_bodies = False
    invoke(running, platform, 500)
    before = resident(running)
    invoke(running, platform, 9500)
    after = resident(running)
    assert after <= RESIDENT_MAX
    assert after - before <= 64 << 10
    assert running.state()["invocations"] == 10_000
    running.shut_down()
    assert running.said("outrider.invocations/1")[0]["restarts"] == 0


def test_a_large_event_leaves_no_memory_behind(start_shipped: Start, platform: StrictPlatform) -> None:
    running = start_shipped()
    invoke(running, platform, 5)
    platform.events.put(Event(b'{"a":"' + b"x" * (6 << 20) + b'"}'))
    client = running.client()
    assert len(client.next()[2]) > 6 << 20
    client.respond("r-1")
    assert resident(running) <= RESIDENT_MAX


def test_two_hundred_megabytes_stream_through(start_shipped: Start, platform: StrictPlatform) -> None:
    running = start_shipped()
    platform.keep_bodies = False
    client = running.client()
    platform.events.put(Event())
    client.next()
    head = request(b"POST", "/2018-06-01/runtime/invocation/r-1/response", b"Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + b"s" * 65536 + b"\r\n"
    highest = 0
    client.send(head)
    for number in range(3200):
        client.send(chunk)
        if number % 400 == 0:
            highest = max(highest, resident(running))
    client.send(b"0\r\n\r\n")
    assert client.answer()[0] == 202
    assert platform.of("/response")[0].size == 200 << 20
    assert max(highest, resident(running)) <= RESIDENT_MAX


def test_a_large_answer_streams_to_the_client(start_shipped: Start, platform: StrictPlatform) -> None:
    def large(asked: Asked, wire: Wire) -> bytes:
        wire.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(800):
            wire.sock.sendall(b"10000\r\n" + b"d" * 65536 + b"\r\n")
        return b"0\r\n\r\n"

    platform.answers["/large"] = large
    running = start_shipped()
    client = running.client()
    client.send(request(b"GET", "/large"))
    read = 0
    while not client.buffer.endswith(b"0\r\n\r\n"):
        client.buffer = client.buffer[-16:]
        assert client.fill()
        read += 1
    assert read
    assert resident(running) <= RESIDENT_MAX


def test_a_flood_of_acts_stays_within_bounds(start_shipped: Start, platform: StrictPlatform) -> None:
    running = start_shipped(OUTRIDER_LEARN="invocations=1000")
    running.port  # noqa: B018
    threads = [
        threading.Thread(target=lambda n=n: [running.send(act(target=f"/tmp/{n}/{i}")) for i in range(1500)])
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running.client().get("/x")
    assert resident(running) <= RESIDENT_MAX
    until(lambda: running.lines, "lines")
