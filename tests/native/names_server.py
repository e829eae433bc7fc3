"""Inside the namespace of names_network.py: a name server on 127.0.0.1:53, and somebody on port 8443.

    python names_server.py ZONE.json

The zone is read anew for each query: name → addresses, or `{"alias": NAME}`; `{"tcp": ADDRESSES}` is cut
short by UDP, so that it is asked for by TCP. Names that are not there do not exist.
"""

import json
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any

A, CNAME = 1, 5


def spelled(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_name(data: bytes, at: int) -> tuple[str, int]:
    labels = []
    while size := data[at]:
        labels.append(data[at + 1 : at + 1 + size].decode())
        at += size + 1
    return ".".join(labels), at + 1


def record(name: str, kind: int, data: bytes) -> bytes:
    return spelled(name) + struct.pack("!HHIH", kind, 1, 5, len(data)) + data


def answer(zone: dict[str, Any], query: bytes, by_tcp: bool) -> bytes:
    """A whole message."""
    name, end = read_name(query, 12)
    kind = struct.unpack_from("!H", query, end)[0]
    question = query[12 : end + 4]
    records, flags, asked = [], 0x8180, name.lower()
    while isinstance(found := zone.get(asked), dict) and "alias" in found:
        records.append(record(asked, CNAME, spelled(found["alias"])))
        asked = found["alias"]
    if found is None:
        flags |= 3
    elif isinstance(found, dict) and not by_tcp:
        flags |= 0x0200
    elif kind == A:
        addresses = found["tcp"] if isinstance(found, dict) else found
        records += [record(asked, A, socket.inet_aton(address)) for address in addresses]
    head = query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0)
    return head + question + b"".join(records)


def by_udp(zone: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        while True:
            query, peer = server.recvfrom(4096)
            server.sendto(answer(json.loads(zone.read_text()), query, False), peer)


def by_tcp(zone: Path) -> None:
    with socket.create_server(("127.0.0.1", 53)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                while size := connection.recv(2, socket.MSG_WAITALL):
                    query = connection.recv(int.from_bytes(size), socket.MSG_WAITALL)
                    said = answer(json.loads(zone.read_text()), query, True)
                    whole = len(said).to_bytes(2) + said
                    connection.sendall(whole[:20])  # in two segments, or three
                    connection.sendall(whole[20:])


def somebody() -> None:
    with socket.create_server(("", 8443)) as server:
        while True:
            connection, _ = server.accept()
            connection.close()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    for work in (by_udp, by_tcp):
        threading.Thread(target=work, args=(where,), daemon=True).start()
    threading.Thread(target=somebody, daemon=True).start()
    sys.stdin.read()
