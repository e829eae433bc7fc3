"""A packet socket on which only DNS arrives: the kernel drops everything else before it is copied.

The containers of a task share one network namespace, and Fargate's default capabilities include NET_RAW, so
the sidecar sees what they ask and what they are answered.
"""

import socket
import struct
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from outrider.runtime.packets import IPV4, IPV6, LARGEST, TCP, UDP
from outrider.runtime.resolutions import PORT, Captured

MOST_AT_ONCE = 64
"""Packets that one look at the socket takes: the agent has other things to do too."""
RECEIVE_BYTES = 1 << 20
"""Of the socket's queue: some 1,000 answers; with more the kernel drops, and counts."""

_ETH_P_ALL = 0x0003
_HOST, _OUTGOING = 0, 4
_LOOPBACK = 772
"""ARPHRD_LOOPBACK: the hardware type of loopback interfaces, whatever they are called."""
_SOL_PACKET, _PACKET_STATISTICS, _SO_ATTACH_FILTER = 263, 6, 26
_STATISTICS = struct.Struct("II")

_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE = 0x20, 0x28, 0x30
_LOAD_HALF_INDEXED, _LOAD_HEADER_SIZE = 0x48, 0xB1
_EQUAL, _ANY_BIT, _RETURN = 0x15, 0x45, 0x06
_LINK_PROTOCOL = 0xFFFFF000
"""Extension of classic BPF: SKF_AD_OFF + SKF_AD_PROTOCOL (`linux/filter.h`)."""


class Instruction(NamedTuple):
    """One instruction of classic BPF; of a jump, how many are passed over."""

    code: int
    true: int
    false: int
    value: int


def program() -> list[Instruction]:
    """IPv4 and IPv6, UDP and TCP, port 53 on either side. IPv6 with further headers passes: they are read by
    us.

    Of fragments of IPv4 the first passes, to be counted; the others have no ports to tell them by.
    """
    take, drop = "take", "drop"
    lines: list[tuple[str, int, str, str, int]] = [
        ("", _LOAD_WORD, "", "", _LINK_PROTOCOL),
        ("", _EQUAL, "", "six?", IPV4),
        ("", _LOAD_BYTE, "", "", 9),
        ("", _EQUAL, "first?", "", UDP),
        ("", _EQUAL, "", drop, TCP),
        ("first?", _LOAD_HALF, "", "", 6),
        ("", _ANY_BIT, drop, "", 0x1FFF),
        ("", _LOAD_HEADER_SIZE, "", "", 0),
        ("", _LOAD_HALF_INDEXED, "", "", 0),
        ("", _EQUAL, take, "", PORT),
        ("", _LOAD_HALF_INDEXED, "", "", 2),
        ("", _EQUAL, take, drop, PORT),
        ("six?", _EQUAL, "", drop, IPV6),
        ("", _LOAD_BYTE, "", "", 6),
        ("", _EQUAL, "ports", "", UDP),
        ("", _EQUAL, "ports", "", TCP),
        ("", _EQUAL, take, "", 0),
        ("", _EQUAL, take, "", 43),
        ("", _EQUAL, take, "", 44),
        ("", _EQUAL, take, drop, 60),
        ("ports", _LOAD_HALF, "", "", 40),
        ("", _EQUAL, take, "", PORT),
        ("", _LOAD_HALF, "", "", 42),
        ("", _EQUAL, take, drop, PORT),
        (take, _RETURN, "", "", LARGEST),
        (drop, _RETURN, "", "", 0),
    ]
    places = {label: number for number, (label, *_) in enumerate(lines) if label}

    def steps(number: int, label: str) -> int:
        return places[label] - number - 1 if label else 0

    return [
        Instruction(code, steps(number, true), steps(number, false), value)
        for number, (_, code, true, false, value) in enumerate(lines)
    ]


class Capture:
    """The socket."""

    def __init__(self) -> None:
        self.dropped = 0
        """Packets that the kernel had no room for."""
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Begin. Raises OSError: PermissionError without NET_RAW.

        What arrives before the filter is in place is read like the rest, and found to be something else.
        """
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        opened = socket.socket(socket.AF_PACKET, kind, socket.htons(_ETH_P_ALL))
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            code = b"".join(struct.pack("HBBI", *instruction) for instruction in program())
            room = array("B", code)
            filters = struct.pack("HP", len(program()), room.buffer_info()[0])
            opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filters)
        except OSError:
            opened.close()
            raise
        self._socket = opened

    def fileno(self) -> int:
        """Descriptor to wait on."""
        return self._socket.fileno() if self._socket else -1

    def read(self) -> Iterator[Captured]:
        """Packets that are there, not more than MOST_AT_ONCE. Raises OSError (the network is gone)."""
        opened = self._socket
        for _ in range(MOST_AT_ONCE):
            if opened is None:
                return
            try:
                data, (_, protocol, kind, hardware, _) = opened.recvfrom(LARGEST)
            except BlockingIOError:
                return
            if kind in (_HOST, _OUTGOING):
                yield Captured(data, protocol, kind == _OUTGOING, hardware == _LOOPBACK)

    def count_dropped(self) -> int:
        """Ask the kernel how many packets it dropped; the sum so far."""
        if self._socket:
            _, dropped = _STATISTICS.unpack(
                self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, _STATISTICS.size)
            )  # asking sets them to 0
            self.dropped += dropped
        return self.dropped

    def close(self) -> None:
        """End."""
        if self._socket:
            self._socket.close()
            self._socket = None
