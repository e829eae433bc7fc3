"""Packets by hand, and sockets that only sound like it."""

from detections.case import Case

_OPEN = """
import socket
try:
    socket.socket({arguments}).close()
except PermissionError:
    pass
"""
_ORDINARY = """
import socket
socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()
socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).close()
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
except PermissionError:
    pass
socket.if_nameindex()
"""

_ROUTE = """
import socket
sent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    sent.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\\x83\\x07\\x04\\x7f\\x00\\x00\\x02\\x00")
except PermissionError:
    pass
"""
_OPTIONS = """
import socket
sent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sent.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 9)
sent.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 8)
"""

ATTACKS = (
    Case(
        name="what is on the wire",
        run=_OPEN.replace("{arguments}", "socket.AF_PACKET, socket.SOCK_RAW, 0"),
        fires=("raw-socket",),
    ),
    Case(
        name="TCP by hand",
        run=_OPEN.replace("{arguments}", "socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP"),
        fires=("raw-socket",),
    ),
    Case(name="a source route", run=_ROUTE, fires=("raw-socket",)),
)

LOOK_ALIKES = (
    Case(name="ordinary options of the same level", run=_OPTIONS, silent=("raw-socket",)),
    Case(name="netlink, Unix packets, an echo without rights", run=_ORDINARY, silent=("raw-socket",)),
)
