"""The visitor is answered by the attacker at the real API, past the proxy."""

import http.client
import os


def attack(event):
    api = os.environ.get("OUTRIDER_RUNTIME_API") or os.environ["AWS_LAMBDA_RUNTIME_API"]
    connection = http.client.HTTPConnection(api)
    connection.request("POST", "/2018-06-01/runtime/invocation/%s/response" % event["request_id"], '"ours"')
    return connection.getresponse().read().decode()
