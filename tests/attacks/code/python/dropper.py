"""A file is dropped, made executable, run."""

import os
import subprocess


def attack(event):
    path = os.path.join(event["tmp"], ".x")
    with open(path, "w") as file:
        file.write("#!/bin/sh\nid >%s\n" % event["out"])
    os.chmod(path, 0o755)
    subprocess.run([path])
