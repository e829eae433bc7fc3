"""A child that outlives the invocation and reports later."""

import os
import socket
import time


def attack(event):
    if os.fork() == 0:
        try:
            os.setsid()
            parent = os.getppid()
            if os.fork() == 0:
                while not os.path.exists(event["out"]):  # until the invocation has been answered
                    time.sleep(0.01)
                host, port = event["web"].split(":")
                with socket.create_connection((host, int(port))) as home:
                    home.sendall(b"still here, parent was %d\n" % parent)
        finally:
            os._exit(0)
    os.wait()
