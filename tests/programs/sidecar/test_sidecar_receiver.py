"""Hostile, slow and dying peers, on a real socket."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fake_supervisor import exec_event, hello

from outrider.model.event import Event, FrameType
from outrider.runtime.wire_encode import encode_frame
from sidecar import peers, receiver
from sidecar.ledger import Ledger
from sidecar.receiver import Receiver
from sidecar.recorder import Recorder
from sidecar.stdout import Stdout

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


@dataclass
class Intake:
    """A receiver on a socket, its ledgers, and what it told."""

    path: Path
    receiver: Receiver
    ledgers: dict[str, Ledger]
    told: list[Event]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self.path)

    async def supervisor(self, instance: str = ONE, container: str = "web", frames: int = 0):
        reader, writer = await self.connect()
        writer.write(encode_frame(hello(container, instance)) + stream(1, frames))
        return reader, writer

    def complaints(self) -> list[str]:
        return [event.message for event in self.told]

    def received(self, instance: str = ONE, container: str = "web") -> int:
        tallies = dict(self.ledgers[container].accounts)
        return tallies[instance].received if instance in tallies else -1


def stream(first: int, last: int) -> bytes:
    return b"".join(encode_frame(replace(exec_event(seq), seq=seq)) for seq in range(first, last + 1))


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def intake(place: Path) -> AsyncIterator[Intake]:
    out = Stdout("deviations", os.open(os.devnull, os.O_WRONLY))
    ledgers = {name: Ledger(name, Recorder(place / name, 1 << 20), out) for name in ("web", "worker")}
    told: list[Event] = []

    async def tell(event: Event) -> None:
        told.append(event)

    for ledger in ledgers.values():
        await ledger.open()
    served = Receiver(place / "agent.sock", ledgers, tell)
    served.start()
    try:
        yield Intake(place / "agent.sock", served, ledgers, told)
    finally:
        await served.finish(0)
        for ledger in ledgers.values():
            await ledger.close()


def run(test: Awaitable[None]) -> None:
    asyncio.run(test)  # type: ignore[arg-type]


def served(test: Callable[[Intake], Awaitable[None]]) -> Callable[[Path], None]:
    """Turn a coroutine over an intake into a test."""

    def body(place: Path) -> None:
        async def inside() -> None:
            async with intake(place) as it:
                await test(it)

        run(inside())

    body.__name__ = test.__name__
    return body


async def _acks(it: Intake) -> None:
    reader, writer = await it.supervisor(frames=3)
    assert int.from_bytes(await reader.readexactly(8), "little") == 3
    writer.write(stream(2, 3))
    assert int.from_bytes(await reader.readexactly(8), "little") == 3
    assert it.received() == 3
    writer.close()


test_acknowledges_what_is_recorded_also_when_it_came_twice = served(_acks)


async def _anyone(it: Intake) -> None:
    assert it.path.stat().st_mode & 0o777 == 0o666
    assert it.receiver.status()["problem"] == ""


test_socket_is_open_to_any_user = served(_anyone)


async def _last_words(it: Intake) -> None:
    """A supervisor that sends its last frames and is gone at once, without reading an acknowledgement."""
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.connect(str(it.path))
    peer.sendall(encode_frame(hello("web", ONE)))
    for first in range(1, 801, 200):
        await asyncio.to_thread(peer.sendall, stream(first, first + 199))
    peer.close()
    await until(lambda: it.received() == 800)


test_last_frames_of_a_dying_supervisor_are_recorded = served(_last_words)


@pytest.mark.parametrize(
    ("bytes_sent", "complaint"),
    [
        (b"\xff\xff\xff\xff", "a frame of 4294967295 bytes"),
        (b"GET / HTTP/1.1\r\n\r\n", "a frame of"),
        (encode_frame(hello("web", ONE, uid=os.getuid() + 1)), "the kernel says"),
        (encode_frame(hello("other", ONE)), "not under supervision"),
        (encode_frame(replace(exec_event(1), seq=1)), "not with HELLO"),
        (encode_frame(hello("web", ONE)) * 2, "second HELLO"),
        (encode_frame(hello("web", ONE)) + b"\0\0\0\0", "a frame of 0 bytes"),
    ],
)
def test_a_peer_that_is_no_supervisor_is_sent_away_and_told_of(
    place: Path, bytes_sent: bytes, complaint: str
) -> None:
    async def inside() -> None:
        async with intake(place) as it:
            reader, writer = await it.connect()
            writer.write(bytes_sent)
            assert await reader.read() == b""
            await until(it.complaints)
            assert complaint in it.complaints()[0]
            assert f"uid {os.getuid()}" in it.complaints()[0]
            writer.close()
            reader, writer = await it.supervisor(frames=1)
            assert len(await reader.readexactly(8)) == 8  # others are served on
            writer.close()

    run(inside())


async def _two_claimants(it: Intake) -> None:
    first, first_writer = await it.supervisor(ONE, frames=1)
    await first.readexactly(8)
    second, second_writer = await it.supervisor(TWO, frames=1)
    assert await second.read() == b""
    assert "second claimant" in it.complaints()[0]
    assert it.told[0].container == "web"
    assert it.received(TWO) == -1
    other, other_writer = await it.supervisor(THREE, container="worker", frames=1)
    await other.readexactly(8)
    first_writer.write(stream(2, 2))
    await first.readexactly(8)
    for writer in (first_writer, second_writer, other_writer):
        writer.close()
    await until(lambda: it.receiver.status()["connected"] == [])
    again, writer = await it.supervisor(TWO, frames=1)  # the container was started again: a new life
    await again.readexactly(8)
    writer.close()


test_a_second_living_claimant_is_refused_and_reported = served(_two_claimants)


async def _same_instance(it: Intake) -> None:
    old, old_writer = await it.supervisor(ONE, frames=1)
    await old.readexactly(8)
    new, new_writer = await it.supervisor(ONE, frames=2)
    assert int.from_bytes(await new.readexactly(8), "little") == 2
    assert await old.read() == b""
    assert it.complaints() == []
    assert it.received() == 2
    old_writer.close()
    new_writer.close()


test_the_same_instance_takes_over_from_its_old_connection = served(_same_instance)


async def _on_record(it: Intake) -> None:
    reader, writer = await it.supervisor(ONE, frames=2)
    await reader.readexactly(8)
    writer.close()
    await until(lambda: not it.receiver.status()["connected"])
    forger, forger_writer = await it.supervisor(TWO, frames=1)  # quicker than the supervisor
    await forger.readexactly(8)
    reader, writer = await it.supervisor(ONE, frames=3)
    assert int.from_bytes(await reader.readexactly(8), "little") == 3
    assert await forger.read() == b""
    assert "replaced a claimant" in it.complaints()[0]
    back, back_writer = await it.supervisor(TWO, frames=2)
    assert await back.read() == b""
    for each in (writer, forger_writer, back_writer):
        each.close()


test_an_instance_on_record_outranks_one_nobody_knows = served(_on_record)


def test_slow_peers_time_out(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "HELLO_SECONDS", 0.2)
    monkeypatch.setattr(receiver, "FRAME_SECONDS", 0.3)

    async def drip(writer: asyncio.StreamWriter, data: bytes) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)

    async def inside() -> None:
        async with intake(place) as it:
            _, silent = await it.connect()
            await until(lambda: len(it.complaints()) == 1)
            assert "no HELLO in time" in it.complaints()[0]
            silent.close()
            monkeypatch.setattr(receiver, "HELLO_SECONDS", 30.0)  # this one does say who it is, however late
            reader, idle = await it.supervisor(frames=1)
            await reader.readexactly(8)
            await asyncio.sleep(0.5)  # silence between frames is no fault
            assert it.receiver.status()["connected"] == ["web"]
            slow = asyncio.create_task(drip(idle, stream(2, 2)))
            with suppress(ConnectionResetError):  # a byte was on its way, unix(7)
                assert await reader.read() == b""
            slow.cancel()
            await until(lambda: len(it.complaints()) == 2)
            assert "not finished in time" in it.complaints()[1]
            idle.close()

    run(inside())


def test_a_busy_stream_whose_reads_always_end_within_a_frame_is_not_slow(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "FRAME_SECONDS", 0.3)

    async def inside() -> None:
        async with intake(place) as it:
            _, writer = await it.supervisor()
            data = stream(1, 40)
            step = len(data) // 40
            writer.write(data[:10])
            for start in range(10, len(data), step):
                writer.write(data[start : start + step])
                await asyncio.sleep(0.03)
            await until(lambda: it.received() == 40)
            assert it.complaints() == []
            writer.close()

    run(inside())


def test_a_peer_that_reads_no_acknowledgements_is_cut_off(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "ACK_SECONDS", 0.2)
    monkeypatch.setattr(receiver, "READ_BYTES", 300)

    async def inside() -> None:
        async with intake(place) as it:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            peer.connect(str(it.path))
            peer.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(peer, encode_frame(hello("web", ONE)))
            with pytest.raises(OSError):
                for seq in range(1, 5000):
                    await loop.sock_sendall(peer, stream(seq, seq))
            await until(it.complaints)
            assert "does not read its acknowledgements" in it.complaints()[0]
            peer.close()

    run(inside())


async def _flood(it: Intake) -> None:
    """Silent connections by the hundred do not keep a supervisor out."""
    silent = []
    for _ in range(receiver.MAX_STRANGERS * 3):
        silent.append(await it.connect())
    reader, writer = await it.supervisor(frames=1)
    assert len(await reader.readexactly(8)) == 8
    for _, each in [*silent, (reader, writer)]:
        each.close()


test_a_flood_of_silent_peers_does_not_keep_a_supervisor_out = served(_flood)


async def _many_complaints(it: Intake) -> None:
    for _ in range(50):
        reader, writer = await it.connect()
        writer.write(b"\0\0\0\0")
        await reader.read()
        writer.close()
    assert it.receiver.refused == 50
    assert len(it.complaints()) == 1


test_a_flood_of_refused_peers_is_told_of_once = served(_many_complaints)


async def _taken_away(it: Intake) -> None:
    it.path.unlink()
    assert "No such file" in it.receiver.status()["problem"]
    it.path.write_text("")
    assert "taken away" in it.receiver.status()["problem"]


test_a_socket_that_was_taken_away_is_a_problem = served(_taken_away)


def test_a_full_disk_holds_up_the_supervisor_and_loses_nothing(place: Path, monkeypatch) -> None:
    monkeypatch.setattr("sidecar.ledger.RETRY_SECONDS", 0.05)

    async def inside() -> None:
        async with intake(place) as it:
            reader, writer = await it.supervisor(frames=1)
            await reader.readexactly(8)

            def no_room(*_):
                raise OSError(28, "No space left on device")

            with monkeypatch.context() as patched:
                patched.setattr("sidecar.recorder.os.write", no_room)
                patched.setattr("sidecar.recorder.staged", no_room)
                writer.write(stream(2, 5))
                await until(lambda: "No space" in it.ledgers["web"].status(0)["problem"])
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(reader.readexactly(8), 0.3)
                assert it.received() == 1
            assert int.from_bytes(await reader.readexactly(8), "little") == 5
            assert it.ledgers["web"].status(0)["problem"] == ""
            writer.close()

    run(inside())


def test_at_the_end_what_has_arrived_is_recorded(place: Path) -> None:
    async def inside() -> None:
        async with intake(place) as it:
            _, writer = await it.supervisor(frames=300)
            await until(lambda: it.received() >= 0)
            await it.receiver.finish(0)
            assert it.received() == 300
            assert "stopped" in it.receiver.status()["problem"]
            writer.close()

    run(inside())


def test_the_kernels_word_is_the_connecting_user(place: Path) -> None:
    left, right = socket.socketpair(socket.AF_UNIX)
    assert peers.peer_uid(left) == os.getuid()
    left.close()
    right.close()


def test_frames_of_a_kind_from_a_newer_supervisor_are_passed_over(place: Path) -> None:
    async def inside() -> None:
        async with intake(place) as it:
            frame = bytearray(encode_frame(Event(type=FrameType.TROUBLE, seq=1, time_ns=0)))
            frame[6] = 200
            reader, writer = await it.supervisor()
            writer.write(bytes(frame))
            assert int.from_bytes(await reader.readexactly(8), "little") == 1
            writer.close()

    run(inside())
