"""The function may start its own interpreter; the attacker has it run a dropped script."""

import os
import subprocess
import sys


def attack(event):
    path = os.path.join(event["tmp"], "job.py")
    with open(path, "w") as file:
        file.write("open(%r, 'w').write('uid=%%d' %% __import__('os').getuid())\n" % event["out"])
    return subprocess.run([sys.executable, path], capture_output=True).stderr.decode()
