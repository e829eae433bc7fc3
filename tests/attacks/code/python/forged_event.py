"""The extension is told of something that never happened."""

import os
import socket
import struct


def attack(event):
    fields = struct.pack("<HHB", 1, 1, 0) + struct.pack("<HHB", 2, 1, 2)
    fields += struct.pack("<HH", 9, 6) + b"forged"
    frame = struct.pack("<HHQQQQ", 1, 2, 0, 0, 0, 0) + fields
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as us:
        us.sendto(struct.pack("<I", len(frame)) + frame, os.path.join(event["state"], "events"))
