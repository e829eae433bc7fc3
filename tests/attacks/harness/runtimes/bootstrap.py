# ruff: noqa: BLE001
"""A Python runtime: asks for events, calls app.handler, answers."""

import http.client
import json
import os
import sys

ROOT = "/2018-06-01/runtime/invocation"
API = os.environ["AWS_LAMBDA_RUNTIME_API"]


class Context:
    def __init__(self, request_id):
        self.aws_request_id = request_id


def ask(method, path, body=None):
    connection = http.client.HTTPConnection(API)
    connection.request(method, ROOT + path, body)
    answer = connection.getresponse()
    got = answer.read()
    connection.close()
    return answer.headers.get("Lambda-Runtime-Aws-Request-Id"), got


def main():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    import app  # noqa: PLC0415  it is found only now

    while True:
        request_id, event = ask("GET", "/next")
        try:
            answer, kind = app.handler(json.loads(event), Context(request_id)), "response"
        except (Exception, SystemExit) as error:
            answer, kind = f"{type(error).__name__}: {error}", "error"
        ask("POST", f"/{request_id}/{kind}", json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
